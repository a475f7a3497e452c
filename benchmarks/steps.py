"""Time of a step of one run, in the classroom loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from statistics import geometric_mean

from . import c_program, descents
from .effort import Effort
from .functions import SEVEN, Array, Function
from .table import Row
from .timing import medians

_C = "C, gcc " + " ".join(c_program.FLAGS)
_LOOP = "symgd without verdicts"
_WORTH_ASKING = 3e-3  # seconds: verdicts on so long a loop should take at most half as long
_GOALS = {  # how many times faster than each peer to be: on every function, in the mean
    "driver": {"NumPy": (None, None), "JAX": (1.0, 5.0), _C: (1 / 1.1, None)},
    "loop": {"NumPy": (None, None), "JAX": (1.0, 5.0), _C: (1 / 1.1, None)},
    "call": {"JAX": (0.8, 4.0), _LOOP: (1 / 1.5, None)},
}
_PARTS = {
    "driver": "a step of a run",
    "loop": "the same, without the driver",
    "call": "the same, with verdicts on all runs",
}


def contestants(function: Function, epochs: int, starts: Array) -> dict[str, Callable[[], Array]]:
    """Give symgd three times, and everybody who is installed."""
    makers: dict[str, descents.Descent] = {
        "driver": descents.symgd, "loop": descents.loop, "call": descents.call,
        "NumPy": descents.numpy,
    }  # fmt: skip
    if find_spec("jax"):
        makers["JAX"] = descents.jax
    if c_program.compiler():
        makers[_C] = c_program.descent
    return {name: make(function, function.lr, epochs, starts) for name, make in makers.items()}


def rows(effort: Effort) -> list[Row]:
    """Measure the seven functions, and their geometric mean, against each peer."""
    count = effort.starts * effort.epochs
    seconds = {}
    for function in SEVEN:
        calls = contestants(function, effort.epochs, function.starts(effort.starts))
        turns = medians(calls, effort.rounds)
        seconds[function.name] = {name: s / count for name, s in turns.items()}
        seconds[function.name][_LOOP] = seconds[function.name]["driver"]
    return [row for part in _PARTS for row in _part(part, seconds, _WORTH_ASKING / count)]


def _part(part: str, seconds: dict[str, dict[str, float]], long: float) -> Iterator[Row]:
    names = seconds[SEVEN[0].name]
    mean = {name: geometric_mean(times[name] for times in seconds.values()) for name in names}
    for peer, (least, least_mean) in _GOALS[part].items():
        for what, times in seconds.items():
            goal = None if peer == _LOOP and times["driver"] < long else least
            yield Row(_PARTS[part], what, times[part], peer, times.get(peer), goal)
        yield Row(_PARTS[part], "geometric mean", mean[part], peer, mean.get(peer), least_mean)
