"""Time of a step of one run, in the classroom loop."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from statistics import geometric_mean

from . import c_program, descents
from .effort import Effort
from .functions import SEVEN, Array, Function
from .table import Row, against
from .timing import medians

_PART = "a step of a run"
_NUMPY, _JAX, _C = "NumPy", "JAX", "C, gcc " + " ".join(c_program.FLAGS)


def contestants(function: Function, epochs: int, starts: Array) -> dict[str, Callable[[], Array]]:
    """Give everybody who is installed."""
    makers: dict[str, descents.Descent] = {"symgd": descents.symgd, _NUMPY: descents.numpy}
    if find_spec("jax"):
        makers[_JAX] = descents.jax
    if c_program.compiler():
        makers[_C] = c_program.descent
    return {name: make(function, function.lr, epochs, starts) for name, make in makers.items()}


def rows(effort: Effort) -> list[Row]:
    """Measure all seven functions, and their geometric mean against each peer."""
    count = effort.starts * effort.epochs
    table = []
    for function in SEVEN:
        calls = contestants(function, effort.epochs, function.starts(effort.starts))
        seconds = medians(calls, effort.rounds)
        for peer, least in ((_NUMPY, None), (_JAX, 1.0), (_C, 1 / 1.1)):
            theirs = seconds[peer] / count if peer in seconds else None
            table.append(Row(_PART, function.name, seconds["symgd"] / count, peer, theirs, least))
    return table + [_mean(table, peer, least) for peer, least in ((_NUMPY, None), (_JAX, 5.0), (_C, None))]


def _mean(table: list[Row], peer: str, least: float | None) -> Row:
    mine = [row for row in table if row.peer == peer]
    theirs = [row.theirs for row in mine if row.theirs is not None]
    ours = geometric_mean([row.ours for row in mine])
    mean = geometric_mean(theirs) if theirs else None
    return Row(_PART, "geometric mean", ours, peer, mean, least)
