"""Sets of tasks besides the published problems: random formulas, fits to data, and clusters."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.search import drawn

from .tasks import Array, Task

RANDOM, FITS, CLUSTERS = "random formulas", "fits to data", "clusters"

_FILE = Path(__file__).with_name("fits.json")
_SEED = 2026  # of the random formulas: always the same ones
_ATOMS = ((3, 2), (4, 2), (3, 3), (4, 3), (5, 3))  # how many, and in how many dimensions
_SIDE = 1.5  # half a side of the box in which atoms start
_PAIRS = {
    "Lennard-Jones": "4*(1/{0}**6 - 1/{0}**3)",
    "Morse": "(1 - exp(-6*(sqrt({0}) - 1)))**2 - 1",
}
_NO_POINTS = np.empty((0, 0))


def sets(formulas: int) -> list[Task]:
    """Give the tasks of all sets, so many of them random formulas."""
    return [*random_formulas(formulas), *fits(), *clusters()]


def random_formulas(count: int) -> Iterator[Task]:
    """Draw formulas, a quarter of them with bounds; what is lowest is not known."""
    rng = np.random.default_rng(_SEED)
    for number in range(count):
        text, names, bounds = drawn(rng)
        used = tuple(name for name in names if re.search(rf"\b{name}\b", text))
        yield _task(f"random {number}", text, used, -3.0, 2.0, RANDOM, bounded=bool(bounds))


def _task(
    name: str, expr: str, names: tuple[str, ...], low: Any, high: Any, group: str, **given: Any
) -> Task:
    lower, upper = (np.zeros(len(names)) + end for end in (low, high))
    return Task(
        **{
            "name": name, "expr": expr, "variables": names, "lower": lower, "upper": upper,
            "fun": np.nan, "best": _NO_POINTS.reshape(0, len(names)), "smooth": True,
            "group": group, "bounded": False, **given,
        }
    )  # fmt: skip


def fits() -> Iterator[Task]:
    """Give sums of squares over few data of the NIST StRD, between its starts and what is best."""
    for row in json.loads(_FILE.read_text()):
        names = tuple(row["params"])
        known = [np.array([row[at][n] for n in names]) for at in ("start1", "start2", "certified")]
        low, high = np.min(known, axis=0), np.max(known, axis=0)
        expr = " + ".join(_squares(row))
        given: dict[str, Any] = {"fun": row["rss"], "best": known[2][None]}
        yield _task(row["name"], expr, names, low / 1.1, high * 1.1, FITS, **given)


def _squares(row: dict[str, Any]) -> Iterator[str]:
    for x, y in zip(row["data"]["x"], row["data"]["y"], strict=True):
        model = re.sub(r"\bx\b", repr(x), row["model"])
        yield f"({y!r} - ({model}))**2"


def clusters() -> Iterator[Task]:
    """Give energies of clusters of atoms with all their coordinates: they turn and shift freely."""
    for kind, pair in _PAIRS.items():
        for atoms, dimensions in _ATOMS:
            axes = "xyz"[:dimensions]
            names = tuple(f"{axis}{atom}" for atom in range(atoms) for axis in axes)
            terms = (pair.format(_square(axes, *two)) for two in combinations(range(atoms), 2))
            name = f"{kind}, {atoms} atoms in {dimensions}-D"
            yield _task(name, " + ".join(terms), names, -_SIDE, _SIDE, CLUSTERS)


def _square(axes: str, one: int, other: int) -> str:
    """Give the square of the distance between two atoms."""
    return "(" + " + ".join(f"({axis}{one} - {axis}{other})**2" for axis in axes) + ")"


def starts(task: Task, count: int) -> Array:
    """Give the middle of the box, and random points in it."""
    return np.concatenate([[(task.lower + task.upper) / 2], task.uniform(count - 1, "claims")])
