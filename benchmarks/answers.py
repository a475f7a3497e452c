"""The same answers before and after a change: every public column of some 600 calls.

``python -m benchmarks.answers record FILE`` makes the calls and keeps what they gave;
``python -m benchmarks.answers compare BEFORE AFTER`` tells which columns differ, bit for bit.
"""

from __future__ import annotations

import json
import pickle
import sys
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

import symgd

Call = tuple[str, str, dict[str, Any]]  # minimize or sweep, formula, arguments
Answer = dict[str, Any]

_HERE = Path(__file__).parent
_CALLS = json.loads((_HERE / "answers.json").read_text())
_PROBLEMS = json.loads((_HERE.parent / "tests/data/problems.json").read_text())
_RULES = getattr(symgd, "methods", None) or symgd.rules
_ROSENBROCK = "(1 - x)**2 + 100*(y - x**2)**2"
_COSINE = "cos(2*pi*x) + x**2"
_SWEPT = ("x0", "x", "fun", "status", "kind", "nit", "grad_norm", "minimum", "borders")


@dataclass(frozen=True)
class HeavyBall(_RULES.Rule):
    """Polyak's momentum."""

    name = "heavy ball"
    slots = 1
    beta: float = 0.9

    @staticmethod
    def step(x: Any, grad: Any, epoch: Any, velocity: Any, lr: Any, beta: Any) -> Any:
        """Take one step."""
        velocity = beta * velocity - lr * grad
        return x + velocity, velocity


@dataclass(frozen=True)
class Averaged(_RULES.Rule):
    """Two memories and the number of the epoch, in the manner of Adam."""

    name = "averaged"
    slots = 2

    @staticmethod
    def step(x: Any, grad: Any, epoch: Any, mean: Any, square: Any, lr: Any) -> Any:
        """Take one step."""
        mean = 0.9 * mean + 0.1 * grad
        square = 0.99 * square + 0.01 * grad * grad
        return x - lr * mean / ((square / epoch) ** 0.5 + 1e-8), mean, square


@dataclass(frozen=True)
class Decaying(_RULES.Rule):
    """A rate that falls."""

    name = "decaying"

    @staticmethod
    def step(x: Any, grad: Any, epoch: Any, lr: Any) -> Any:
        """Take one step."""
        return (x - lr / epoch**0.5 * grad,)


def calls() -> Iterator[tuple[str, Call]]:
    """Give all calls with their names; the word before the slash is their kind."""
    for kind, named in _CALLS.items():
        for name, (function, expr, arguments) in named.items():
            yield f"{kind}/{name}", (function, expr, arguments)
    for problem in _PROBLEMS:
        given = {"variables": problem["vars"], "bounds": [tuple(b) for b in problem["bounds"]]}
        for name, more in {
            "automatic": {"starts": 24},
            "seed": {"starts": 8, "seed": 3, "polish": False},
            "fixed": {"starts": 24, "lr": 1e-3, "epochs": 300},
            "larger": {"starts": 8, "lr": 1e-2, "epochs": 300},
            "tolerance": {"starts": 8, "lr": 1e-3, "tol": 1e-3},
        }.items():
            yield f"problems {name}/{problem['name']}", ("minimize", problem["expr"], given | more)
    yield from _others()


def _others() -> Iterator[tuple[str, Call]]:
    ways: dict[str, dict[str, Any]] = {
        "default": {}, "one": {"x0": 0.3}, "many": {"starts": 2000}, "box": {"start_box": (-2, 2)},
        "grid": {"sampler": "grid"}, "uniform": {"sampler": "uniform", "seed": 5},
        "bounds": {"bounds": (0.1, 3)}, "half": {"bounds": (None, 1.2)},
        "one thread": {"workers": 1}, "two threads": {"workers": 2, "starts": 3000},
        "escape": {"escape": True, "x0": 0},
        "no polish": {"polish": False}, "polish": {"polish": True, "lr": 0.01, "epochs": 200},
        "history": {"history": True, "x0": [0.3, 1.2]}, "every 7th": {"history": 7, "x0": 0.3},
        "path": {"history": True, "lr": 0.02, "epochs": 40, "x0": [0.0, 0.3]},
        "loose": {"tol": 1e-2}, "exact": {"tol": 0.0, "epochs": 60}, "few": {"epochs": 3},
        "cycle": {"lr": 0.06, "epochs": 300, "starts": 40}, "far": {"x0": [1e6, -3e4, 1e-9]},
        "tiny": {"lr": 1e-30, "epochs": 5}, "wild": {"lr": 5.0, "epochs": 50, "starts": 16},
    }  # fmt: skip
    formulas = {
        "cosine": _COSINE, "wave": "sin(x)*exp(-0.05*x**2)", "cubic": "x**3 - 6*x**2 + 11*x - 6",
        "log": "log(x) + 1/x", "kink": "abs(x - 1) + x**2/5", "flat": "1 - exp(-(x - 3)**2)",
    }  # fmt: skip
    for formula, expr in formulas.items():
        for way, arguments in ways.items():
            yield f"one variable/{formula} {way}", ("minimize", expr, arguments)
    for rule in (HeavyBall(lr=1e-3), HeavyBall(lr=5e-4, beta=0.5), Averaged(lr=0.02),
                 Decaying(lr=1e-3)):  # fmt: skip
        for name, more in {"run": {"epochs": 500}, "arrive": {}, "loose": {"tol": 1e-2}}.items():
            given = {"x0": [[-1.2, 1.0], [0.5, 0.2], [1.0, 1.0]], "method": rule, **more}
            yield f"rules/{rule.name} {rule.lr} {name}", ("minimize", _ROSENBROCK, given)
    for bad in (
        {"lr": -1},
        {"x0": "a"},
        {"starts": 0},
        {"bounds": 5},
        {"method": "no"},
        {"tol": -1},
    ):
        yield f"bad input/{bad}", ("minimize", "x**2", bad)
    for expr in ("2x", "x +", "f(x)", "1/0", "x.y", "", "sin", "x**y**"):
        yield f"bad input/{expr}", ("minimize", expr, {})
    for n, expr in enumerate(["x**2 + y**2 + z**4", "a*x**2 + b*cos(y)", "hypot(x, y) + z**2"]):
        params = {"a": 2.0, "b": 0.5} if "a*" in expr else None
        for more in ({}, {"lr": 0.05, "epochs": 80}, {"bounds": (-1, 2)}):
            yield (
                f"several/{n} {list(more)}",
                ("minimize", expr, {"params": params, "starts": 50, **more}),
            )


def answered(call: Call) -> Answer:
    """Make a call, and give all that is public of what it gives."""
    function, expr, arguments = call
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            answer = _read(getattr(symgd, function)(expr, **arguments))
        except symgd.SymgdError as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
    return answer | {"warnings": [str(w.message) for w in caught]}


def _read(result: Any) -> Answer:
    answer: Answer = {"summary": result.summary(), "settings": _plain(result.settings)}
    for number, minimum in enumerate(result.minima):
        answer |= {f"minima[{number}].{n}": v for n, v in _columns(minimum).items()}
    if hasattr(result, "history"):
        answer |= {f"runs.{n}": v for n, v in _columns(result.runs).items()}
        answer |= {n: getattr(result, n) for n in ("best", "jac", "nfev", "njev", "message")}
        answer |= {"explain": result.explain(), "story": result.explain(result.best)}
        answer |= {"dict": json.dumps(result.to_dict()), "history": result.history}
    else:
        answer |= {n: np.asarray(getattr(result, n)) for n in _SWEPT}
        answer |= {
            "dims": result.dims,
            "coords": {d: np.asarray(result.coords[d]) for d in result.dims},
        }
    return answer


def _columns(table: Any) -> Answer:
    found: Answer = {}
    for field in fields(table):
        value = getattr(table, field.name)
        if is_dataclass(value):
            found |= {f"{field.name}.{n}": v for n, v in _columns(value).items()}
        elif field.name != "dims":
            found[field.name] = np.asarray(value)
    return found


def _plain(settings: Any) -> str:
    return repr({f.name: getattr(settings, f.name) for f in fields(settings)})


def same(one: Any, other: Any) -> bool:
    """Tell whether two values are equal to the bit; nan is nan."""
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        numbers = one.dtype.kind in "fiub" and other.dtype.kind in "fiub"
        if one.shape != other.shape or not numbers:
            return bool(one.shape == other.shape and (one == other).all())
        return np.array_equal(one, other, equal_nan=True)
    if isinstance(one, dict | list | tuple) and type(one) is type(other):
        keys: Any = one if isinstance(one, dict) else range(len(one))
        return len(one) == len(other) and all(same(one[k], other[k]) for k in keys)
    return bool(one == other or (one != one and other != other))


def _size(one: Any, other: Any) -> str:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray) and one.shape == other.shape:
        if one.dtype.kind == "f":
            with np.errstate(all="ignore"):
                off = np.nan_to_num(np.abs(one - other) / np.maximum(np.abs(one), 1e-300))
            return f"{np.count_nonzero(off)} of {one.size}, by {off.max():.1e} at most"
        here = one != other
        return f"{np.count_nonzero(here)} of {one.size}: {one[here][:4]} -> {other[here][:4]}"
    return f"{str(one)[:300]!r} -> {str(other)[:300]!r}" if str(one) != str(other) else "type"


def compare(before: dict[str, Answer], after: dict[str, Answer]) -> int:
    """Print what differs; gives the number of calls that do."""
    different: dict[str, list[str]] = defaultdict(list)
    lonely: Counter[str] = Counter()
    for name in before:
        one, other = before[name], after.get(name, {})
        for column in one.keys() | other.keys():
            if column not in one or column not in other:
                lonely[column + (" is new" if column not in one else " is gone")] += 1
            elif not same(one[column], other[column]):
                different[name].append(f"{column}: {_size(one[column], other[column])}")
    for name, lines in different.items():
        print(name, *(f"    {line}" for line in sorted(lines)), sep="\n")
    columns = Counter(line.partition(":")[0] for lines in different.values() for line in lines)
    kinds = Counter(name.partition("/")[0] for name in different)
    print(f"{len(before) - len(different)} of {len(before)} calls are the same")
    print("different columns:", dict(columns), "\nkinds of calls:", dict(kinds), "\n", dict(lonely))
    return len(different)


def main(words: list[str]) -> int:
    """Record or compare; exit status 1 if anything differs."""
    if words[0] == "record":
        found = {name: answered(call) for name, call in calls()}
        Path(words[1]).write_bytes(pickle.dumps(found))
        return 0
    before, after = (pickle.loads(Path(file).read_bytes()) for file in words[1:3])
    return int(compare(before, after) > 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
