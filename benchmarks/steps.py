"""Time of a step of one run, in the classroom loop."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from statistics import geometric_mean

from . import c_program, descents
from .effort import Effort
from .functions import SEVEN, Array, Function
from .table import Row
from .timing import medians

_PART = "a step of a run"
_C = "C, gcc " + " ".join(c_program.FLAGS)
_PEERS = {"NumPy": None, "JAX": 1.0, _C: 1 / 1.1}  # how many times faster than each to be
_MEAN = {"NumPy": None, "JAX": 5.0, _C: None}  # the same, in the geometric mean


def contestants(function: Function, epochs: int, starts: Array) -> dict[str, Callable[[], Array]]:
    """Give everybody who is installed."""
    makers: dict[str, descents.Descent] = {"symgd": descents.symgd, "NumPy": descents.numpy}
    if find_spec("jax"):
        makers["JAX"] = descents.jax
    if c_program.compiler():
        makers[_C] = c_program.descent
    return {name: make(function, function.lr, epochs, starts) for name, make in makers.items()}


def rows(effort: Effort) -> list[Row]:
    """Measure the seven functions, and their geometric mean, against each peer."""
    count = effort.starts * effort.epochs
    table = []
    for function in SEVEN:
        calls = contestants(function, effort.epochs, function.starts(effort.starts))
        seconds = {name: s / count for name, s in medians(calls, effort.rounds).items()}
        table += [
            Row(_PART, function.name, seconds["symgd"], peer, seconds.get(peer), least)
            for peer, least in _PEERS.items()
        ]
    return [*table, *(_mean(table, peer, least) for peer, least in _MEAN.items())]


def _mean(table: list[Row], peer: str, least: float | None) -> Row:
    mine = [row for row in table if row.peer == peer]
    theirs = [row.theirs for row in mine if row.theirs is not None]
    mean = geometric_mean(theirs) if theirs else None
    return Row(_PART, "geometric mean", geometric_mean(r.ours for r in mine), peer, mean, least)
