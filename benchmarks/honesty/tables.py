"""The tables, as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from .claims import Said
from .contestants import OURS
from .runs import Run
from .scores import Score, part

Key: TypeAlias = Callable[[Run], str]
Row: TypeAlias = tuple[str, ...]

_MANY = 0.01  # share of minima missed on a problem, above which it is listed
_KEYS: dict[str, Key] = {
    "problems": lambda run: "smooth" if run.smooth else "not smooth",
    "starts": lambda run: run.family,
    "contestant": lambda run: run.contestant,
}


def summary(runs: Sequence[Run]) -> str:
    """Compare the contestants over all families of starts."""
    return _scores([run for run in runs if not run.fixed], "problems", "contestant")


def families(runs: Sequence[Run]) -> str:
    """Compare the contestants on each family of starts."""
    return _scores([run for run in runs if not run.fixed], "problems", "starts", "contestant")


def rates(runs: Sequence[Run]) -> str:
    """Show symgd's fixed rates."""
    return _scores([run for run in runs if run.fixed], "problems", "starts")


def _scores(runs: Sequence[Run], *names: str) -> str:
    """Give a row for each combination of keys, smooth problems first."""
    groups = _grouped(sorted(runs, key=lambda run: not run.smooth), *names)
    heads = (*names, *Score.of([]).cells)
    rows = ((*labels, *Score.of(mine).cells.values()) for labels, mine in groups.items())
    return _markdown(heads, _once(rows, len(names) - 1))


def _grouped(runs: Iterable[Run], *names: str) -> dict[Row, list[Run]]:
    """Sort runs into groups; each key's values come in the order in which they first occur."""
    labels = [tuple(_KEYS[name](run) for name in names) for run in runs]
    places = [list(dict.fromkeys(column)) for column in zip(*labels, strict=True)]
    groups: dict[Row, list[Run]] = {label: [] for label in labels}
    for label, run in zip(labels, runs, strict=True):
        groups[label].append(run)
    order = lambda label: [place.index(word) for place, word in zip(places, label, strict=True)]  # noqa: E731
    return {label: groups[label] for label in sorted(groups, key=order)}


def _once(rows: Iterable[Row], columns: int) -> Iterator[Row]:
    """Blank words in the first columns that stand in the row above already."""
    before: Row = ()
    for row in rows:
        same = next((i for i, (a, b) in enumerate(zip(row, before, strict=False)) if a != b), 0)
        blank = min(same, columns)
        yield ("",) * blank + row[blank:]
        before = row


def _markdown(heads: Row, rows: Iterable[Row]) -> str:
    lines = [heads, ("---",) * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def problems(runs: Sequence[Run]) -> str:
    """List the problems on which symgd is wrong, or misses minima, the worst first."""
    heads = ("problem", "runs", "false", "minima missed", "with status", "for example")
    mine = _by_problem(run for run in runs if run.contestant == OURS)
    scores = {name: Score.of(each) for name, each in mine.items()}
    bad = [n for n, s in scores.items() if s.false or s.missed > _MANY * max(s.minima, 1)]
    bad.sort(key=lambda name: (-scores[name].false, -scores[name].missed))
    return _markdown(heads, (_problem(name, mine[name]) for name in bad))


def _problem(name: str, runs: list[Run]) -> Row:
    cells = Score.of(runs).cells
    missed = Counter(run.status for run in runs if run.missed)
    worst = max((run for run in runs if run.false or run.missed), key=_badness)
    words = ", ".join(f"{count} {status}" for status, count in missed.most_common())
    return name, cells["runs"], cells["false"], cells["minima missed"], words, f"`{worst.line}`"


def _badness(run: Run) -> tuple[bool, float]:
    return run.false, run.finding.reach


def wrong(runs: Sequence[Run]) -> str:
    """List every false success of symgd, and every minimum it missed."""
    mine = [run for run in runs if run.contestant == OURS and (run.false or run.missed)]
    return "\n".join(
        f"{run.problem}: {run.line}\n    {run.status} at {run.x.tolist()}; {_found(run)}"
        for run in sorted(mine, key=_badness, reverse=True)
    )


def _found(run: Run) -> str:
    finding = run.finding
    if finding.point is None:
        return "a minimum"
    return f"lower by {float(finding.fall):.2g} at {finding.point.tolist()}"


def ahead(runs: Sequence[Run]) -> str:
    """List where a peer has more true successes than symgd from the same starts."""
    heads = ("problem", "contestant", "its true successes", "symgd's")
    automatic = _by_problem(run for run in runs if not run.fixed)
    rows = (row for name, each in automatic.items() for row in _ahead(name, each))
    return _markdown(heads, _once(rows, 1))


def _ahead(name: str, runs: list[Run]) -> Iterator[Row]:
    scores = {who: Score.of(each) for (who,), each in _grouped(runs, "contestant").items()}
    for who, score in scores.items():
        if score.true > scores[OURS].true:
            yield name, who, str(score.true), str(scores[OURS].true)


def _by_problem(runs: Iterable[Run]) -> dict[str, list[Run]]:
    groups: dict[str, list[Run]] = {}
    for run in runs:
        groups.setdefault(run.problem, []).append(run)
    return groups


def sets(claims: Sequence[Said]) -> str:
    """Compare the contestants on the sets besides the published problems."""
    heads = (
        "set", "contestant", "ends", "reported", "true", "false", "false by far", "undecided",
        "minima missed",
    )  # fmt: skip
    groups: dict[tuple[str, str], list[Said]] = {}
    for each in claims:
        groups.setdefault((each.group, each.contestant), []).append(each)
    return _markdown(heads, _once((_set(*key, mine) for key, mine in groups.items()), 1))


def _set(group: str, contestant: str, claims: list[Said]) -> Row:
    reported = [each for each in claims if each.reported]
    true, missed = sum(each.true for each in reported), sum(e.found.minimum for e in claims)
    false = sum(each.false for each in reported)
    far = sum(each.false and not each.found.beside for each in reported)
    counts = (
        str(len(claims)), str(len(reported)), str(true), part(false, len(reported)),
        part(far, len(reported)), str(sum(each.undecided for each in reported)),
        part(missed, true + missed),
    )  # fmt: skip
    return group, contestant, *counts


def statuses(claims: Sequence[Said]) -> str:
    """Count true and false ends by symgd's status."""
    heads = ("status", "ends", "true", "false", "undecided", "true of those decided")
    groups: dict[str, list[Said]] = {}
    for each in claims:
        if each.contestant == OURS:
            groups.setdefault(each.status, []).append(each)
    return _markdown(heads, (_status(*item) for item in sorted(groups.items())))


def _status(name: str, claims: list[Said]) -> Row:
    true, false = sum(each.true for each in claims), sum(each.false for each in claims)
    share = f"{true / (true + false):.1%}" if true + false else ""
    undecided = sum(each.undecided for each in claims)
    return name, str(len(claims)), str(true), str(false), str(undecided), share


def untrue(claims: Sequence[Said]) -> str:
    """List claims of symgd that are false, and minima it missed: the shortest formula of each."""
    mine = [e for e in claims if e.contestant == OURS and (e.false or e.found.minimum)]
    shortest: dict[tuple[str, str], Said] = {}
    for each in sorted(mine, key=lambda each: len(each.line)):
        shortest.setdefault((each.problem, each.status), each)
    heads = ("status", "", "formula and end")
    rows = ((e.status, "false" if e.false else "missed", f"`{e.line}`") for e in shortest.values())
    return _markdown(heads, sorted(rows))
