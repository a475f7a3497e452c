"""Results of several methods for one formula, which share a picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from matplotlib.axes import Axes

from ..arrays import Array
from ..errors import ConfigurationError
from ..status import SUCCESSES
from ..views.data import Batch, is_batch
from ..views.numbers import listed, number, several
from .data import MOST, Path, need_batch, paths
from .style import LINES, strong

Results: TypeAlias = Batch | Sequence[Batch] | Mapping[str, Batch]

_DASHES: tuple[Any, ...] = ("-", "--", "-.", ":")  # so that lines differ without colours, too


class Member(NamedTuple):
    """A result with its name in the key, and the ways of those of its runs that are shown."""

    name: str
    result: Batch
    shown: list[Path]


def members(results: Results, runs: int | Sequence[int] | None, most: int | None) -> list[Member]:
    """Give one or more results, each with the ways of the chosen runs."""
    if is_batch(results) or not isinstance(results, Sequence | Mapping) or not results:
        one = need_batch(results, most)
        return [Member("", one, paths(one, runs))]
    named = results if isinstance(results, Mapping) else None
    batches = [need_batch(one, most) for one in (named.values() if named else results)]
    _need_one_formula(batches)
    names = [str(name) for name in named] if named else _names(batches)
    fair = max(1, MOST // len(batches))
    return [
        Member(name, one, paths(one, runs, fair)) for name, one in zip(names, batches, strict=True)
    ]


def _need_one_formula(batches: Sequence[Batch]) -> None:
    """Refuse results of different problems: their values and paths have nothing in common."""
    first, *others = batches
    for other in others:
        a, b = first.problem, other.problem
        same = (a.text, a.names, dict(a.params)) == (b.text, b.names, dict(b.params))
        if not same or first.settings.maximize != other.settings.maximize:
            raise ConfigurationError("result", f"{a.text} and {b.text}", "results of one problem")


def _names(batches: Sequence[Batch]) -> list[str]:
    """Name results by their methods, with the rate where a method comes twice, or a number."""
    names = [one.settings.method for one in batches]
    rates = [one.settings.lr for one in batches]
    twice = {name for name, count in Counter(names).items() if count > 1}
    names = [
        name if rate is None or name not in twice else f"{name}, lr = {number(rate)}"
        for name, rate in zip(names, rates, strict=True)
    ]
    again = {name for name, count in Counter(names).items() if count > 1}
    return [
        f"{name} ({names[: i + 1].count(name)})" if name in again else name
        for i, name in enumerate(names)
    ]


def looks(ax: Axes, place: int) -> dict[str, Any]:
    """Give the colour and the dashes of a result in the order of all."""
    colour = strong(ax, LINES[place % len(LINES)])
    return {"color": colour, "linestyle": _DASHES[place % len(_DASHES)]}


def who_arrives(group: Sequence[Member]) -> str:
    """Tell how many results arrive, and which in the fewest steps."""
    arrived = {
        member.name: min(steps)
        for member in group
        if (steps := [int(p.epochs[-1]) for p in member.shown if p.status in SUCCESSES])
    }
    if not arrived:
        return f"none of {several(len(group), 'result')} arrives"
    least = min(arrived.values())
    first, fewest = [name for name in arrived if arrived[name] == least], several(least, "step")
    if len(arrived) == 1:
        return f"of {several(len(group), 'result')} only {first[0]} arrives, in {fewest}"
    many = "all" if len(arrived) == len(group) else f"{len(arrived)} of {len(group)}"
    if len(first) == len(arrived):
        return f"{many} arrive, in {fewest} each"
    return f"{many} arrive, {listed(first)} first, in {fewest}"


def above_lowest(group: Sequence[Member]) -> list[list[Array]]:
    """Give for each run how far f is above its lowest value known: a minimum, or on these ways."""
    sign = -1.0 if group[0].result.settings.maximize else 1.0
    ways = [[sign * _values(one.result, path) for path in one.shown] for one in group]
    known = [sign * minimum.fun for one in group for minimum in one.result.minima]
    finite = [way[np.isfinite(way)] for runs in ways for way in runs]
    lowest = min(known) if known else np.concatenate(finite).min(initial=np.inf)
    return [[way - lowest for way in runs] for runs in ways]


def _values(result: Batch, path: Path) -> Array:
    """Give f on the way of a run."""
    one = len(result.problem.names) == 1
    return np.asarray(result.problem.fun(path.points[:, 0] if one else path.points))
