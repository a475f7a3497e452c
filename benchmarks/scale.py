"""How many verdicts change with the scale of f or with the unit of a variable: none should.

``python -m benchmarks.scale`` runs published problems, one-line formulas and cubics as they are,
times 1e6, times 1e-6, and with variables in units of a thousandth, from the same starts, and lists
the runs whose status or kind differs. ``--part 1/4`` takes the first of four parts, ``--lr`` runs
fixed steps of a hundredth of each region's curvature instead of automatic ones.
"""

from __future__ import annotations

import argparse
import re
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

import symgd

from .honesty.tasks import tasks

Array = npt.NDArray[np.float64]

STARTS = 16
SCALES = (1e6, 1e-6)
UNIT = 1e3
_STEP = 1e-2  # of the inverse of the median curvature at the starts
_LISTED = 4  # runs: of each formula and change the first ones are shown

ONE_LINE = (
    "exp(-x) + y**2", "1/(1 + x**2) + y**2", "exp(-x**2) + y**2", "1/x**2 + y**2",
    "exp(x - y) + exp(-x + y) + exp(-x - y)", "exp(-1/x)", "x**(1/x)", "exp(-x - y) + abs(x - y)",
    "log(x**2) + (y - 1)**2/x**2", "(x**2 + y**2 + z**2 - 1)**2 - 2*x**3", "x**2 - max(x, 0)",
    "x**2 + y**2 - max(x, 0)", "(x + y)**3", "z**6 - y*log(x**2 + 1)", "x*log(x) + 50*x",
    "(x**2)**(y**2 + 1) + y**2", "exp(-x - y) + (x - y)**2", "max(x, 0)",
    "max(x - 1, 0)**2 + max(-1 - x, 0)**2", "(x + 2)**2 + sqrt(1e-6 + y**4)",
    "(x/1e-6 - 1)**2 + (x/1e-6 - 1)**4", "x**2 + abs(x + y)", "(x - 1)**2 + abs(y)",
    "abs(x) + abs(x + y - 1)", "abs(y - x**2) + (1 - x)**2", "1e12*(abs(x - y) + (x - 1)**2)",
    "abs(x - y) + x**10", "sqrt(abs(x - y**2)) + 0.01*y**2", "abs(x)**0.1", "log(1e-20 + abs(x))",
    "sqrt(x**2 + y**2) + (x - 3)**2", "sin(x)", "-1/(x**2 + 0.01)", "-exp(-x**2)",
    "(1 - x)**2 + 100*(y - x**2)**2", "(x + y - 1)**2", "(x**2 + y**2 - 1)**2", "x**2 + abs(y)",
    "exp(-x) + (y - 1)**2 + z**2", "exp(-1/(x**2 + 0.01)) + y**2", "exp(x) + y**2",
    "x**3", "x**3 - 3*x", "x**3 + y**2", "x**3 - 3*x*y**2", "x**3 + y**3 - 3*x*y", "x**3*y + y**2",
)  # fmt: skip


@dataclass(frozen=True)
class Setting:
    """A formula with its starts, as it is or changed.

    Attributes
    ----------
    expr : str
        f.
    names : tuple of str
        Its variables.
    x0 : ndarray
        Starts, ``(n_runs, n_vars)``.
    bounds : ndarray
        The region that is searched, ``(n_vars, 2)``.
    bounded : bool
        Whether runs must stay in it.
    lr : float or None
        The rate of fixed steps.
    """

    expr: str
    names: tuple[str, ...]
    x0: Array
    bounds: Array
    bounded: bool
    lr: float | None = None

    def times(self, factor: float) -> Setting:
        """Give f times a factor."""
        lr = None if self.lr is None else self.lr / factor
        return replace(self, expr=f"{factor!r}*({self.expr})", lr=lr)

    def in_units(self, unit: float) -> Setting:
        """Give f of x/unit, where all of x is larger by as much."""
        expr = re.sub(rf"\b({'|'.join(self.names)})\b", rf"(\1/{unit!r})", self.expr)
        lr = None if self.lr is None else self.lr * unit**2
        return replace(self, expr=expr, x0=self.x0 * unit, bounds=self.bounds * unit, lr=lr)

    def verdicts(self) -> list[tuple[str, str]]:
        """Give status and kind of every run."""
        region = [*map(tuple, self.bounds.tolist())]
        box = {"bounds": region} if self.bounded else {"start_box": region}
        x0 = self.x0[:, 0] if len(self.names) == 1 else self.x0
        if len(self.names) == 1:
            box = {name: pairs[0] for name, pairs in box.items()}
        more = {} if self.lr is None else {"lr": self.lr, "epochs": 1000}
        result = symgd.minimize(self.expr, x0, variables=self.names, **box, **more)  # type: ignore[arg-type]
        pairs = zip(result.runs.status, result.runs.kind, strict=True)
        return [(symgd.Status(s).name, symgd.Kind(k).name) for s, k in pairs]


def settings(starts: int = STARTS) -> list[Setting]:
    """Give the published problems in their boxes, and one-line formulas without any."""
    found = [
        Setting(t.expr, t.variables, t.uniform(starts, "scale"), np.array(t.bounds), True)
        for t in tasks()
    ]
    for expr in ONE_LINE:
        names = symgd.Problem(expr).names
        region = np.tile([-10.0, 10.0], (len(names), 1))
        x0 = np.random.default_rng(1).uniform(*region.T, (starts, len(names)))
        found.append(Setting(expr, names, x0, region, False))
    return found


def with_rate(setting: Setting) -> Setting:
    """Give the setting with fixed steps, small beside its curvature at the starts."""
    hessians = symgd.Problem(setting.expr, variables=setting.names).hess(setting.x0)
    sizes = np.abs(hessians).reshape(len(setting.x0), -1).max(axis=1)
    usable = sizes[np.isfinite(sizes) & (sizes > 0)]
    return replace(setting, lr=float(_STEP / np.median(usable)) if len(usable) else _STEP)


def changes(setting: Setting) -> Iterator[tuple[str, Setting]]:
    """Give the changes that should change no verdict."""
    for factor in SCALES:
        yield f"f*{factor:g}", setting.times(factor)
    yield f"x*{UNIT:g}", setting.in_units(UNIT)


def compare(setting: Setting) -> tuple[int, list[str]]:
    """Count pairs of runs, and list those that differ."""
    before, count, found = setting.verdicts(), 0, []
    for name, changed in changes(setting):
        after = changed.verdicts()
        count += len(after)
        for run, (a, b) in enumerate(zip(before, after, strict=True)):
            if a != b:
                found.append(f"{name:7} run {run:2} {'/'.join(a)} -> {'/'.join(b)}")
    return count, found


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--part", default="1/1", help="which part of how many, as 1/4")
    parser.add_argument("--lr", action="store_true", help="fixed steps")
    chosen = parser.parse_args(arguments)
    part, parts = map(int, chosen.part.split("/"))
    total, kinds = 0, Counter[str]()
    for setting in settings()[part - 1 :: parts]:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            count, found = compare(with_rate(setting) if chosen.lr else setting)
        total += count
        kinds.update(line.split(maxsplit=3)[3] for line in found)
        if found:
            print(f"{len(found)} of {count}: {setting.expr[:70]}", *found[:_LISTED], sep="\n    ")
    print(f"\n{kinds.total()} of {total} pairs differ")
    for kind, times in kinds.most_common():
        print(f"{times:5} {kind}")


if __name__ == "__main__":
    main()
