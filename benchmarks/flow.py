"""Where gradient descent of small steps leads: the reference for "which start leads where".

The flow x' = -g is followed by a stiff solver to tight tolerances, until Newton's method on the
exact Hessian converges nearby to a minimum. Divided by sqrt(|g|^2 + d^2) the gradient gives the
same paths, at a speed near 1.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy
from scipy.integrate import odeint

import symgd

Array = npt.NDArray[np.float64]

_RTOL, _ATOL = 1e-9, 1e-11  # of LSODA; the second as a share of the box
_SLOW = 1e-2  # of the gradient where a segment begins: below it the speed falls
_LONGEST = (0.02, 5e-4)  # steps, as shares of the box; the second where the first leave the domain
_FIRST, _GROWTH, _SEGMENTS = 0.01, 1.6, 20  # lengths between two looks, as shares of the box
_LOOKS = 9  # points of a segment that are looked at
_NEAR = 1e-3  # of the box: Newton's method may go so far
_SAME = 1e-5  # of the box: minima closer than that are one
_NEWTON = 30
_FLAT = 1e-8  # gradient: from there no run starts whose tolerance it is
_FLATTEST = 1e-10  # of the largest eigenvalue: the smallest that counts as positive


@dataclass(frozen=True)
class Landscape:
    """A formula and the box of its starts.

    Attributes
    ----------
    problem : symgd.Problem
        f.
    lower, upper : ndarray
        The box, ``(n_vars,)``.
    """

    problem: symgd.Problem
    lower: Array
    upper: Array

    @property
    def width(self) -> Array:
        """Sides of the box."""
        return self.upper - self.lower

    def starts(self, count: int) -> Array:
        """Draw starts, without those where f is undefined or the gradient next to nothing."""
        rng = np.random.default_rng(0)
        points = rng.uniform(self.lower, self.upper, (count, len(self.lower)))
        sizes = np.abs(self.problem.gradients(points)).max(axis=1)
        return points[np.isfinite(sizes) & (sizes > _FLAT * max(1.0, np.nanmedian(sizes)))]

    def minima(self, points: Array) -> Array:
        """Give the minimum right beside each point, by Newton's method; nan where there is none."""
        x = points.copy()
        with np.errstate(all="ignore"):
            for _ in range(_NEWTON):
                x = np.where(self._beside(x, points)[:, None], x - self._steps(x), np.nan)
            left = np.abs(self._steps(x) / self.width).max(axis=1)
            spectra = self._spectra(x)
            good = (left < 1e-9) & (spectra[:, 0] > _FLATTEST * spectra[:, -1])
            return np.where((good & self._beside(x, points))[:, None], x, np.nan)

    def _beside(self, x: Array, points: Array) -> Any:
        return (np.abs(x - points) <= _NEAR * self.width).all(axis=1)

    def _steps(self, x: Array) -> Array:
        gradients, hessians = self.problem.gradients(x), self.problem.hessians(x)
        steps = np.full_like(x, np.nan)
        for i in range(len(x)):
            if np.isfinite(hessians[i]).all() and np.isfinite(gradients[i]).all():
                steps[i] = np.linalg.lstsq(hessians[i], gradients[i], rcond=1e-15)[0]
        return steps

    def _spectra(self, x: Array) -> Array:
        hessians = self.problem.hessians(x)
        fine = np.isfinite(hessians).all(axis=(1, 2))
        spectra = np.full_like(x, np.nan)
        spectra[fine] = np.linalg.eigvalsh(hessians[fine])
        return spectra

    def same(self, a: Array, b: Array) -> Any:
        """Tell which rows hold the same minimum, or none on both sides."""
        none = np.isnan(a).any(axis=1), np.isnan(b).any(axis=1)
        close = (np.abs(a - b) <= _SAME * self.width).all(axis=1)
        return close | (none[0] & none[1])

    def destinations(self, starts: Array) -> Array:
        """Give the minimum to which the flow leads from each start.

        It is nan where it leads to none, and infinite where the solver gave up.
        """
        return self._ends(starts, np.full((2, len(self.width)), [[-np.inf], [np.inf]]))

    def destinations_inside(self, starts: Array) -> Array:
        """Give the same; nan, too, where the flow leaves the box on its way."""
        margin = 1e-9 * self.width
        return self._ends(starts, np.array([self.lower - margin, self.upper + margin]))

    def _ends(self, starts: Array, sides: Array) -> Array:
        speed = self._speed()
        ends = [self._destination(start, speed, sides) for start in starts]
        return np.array(ends).reshape(starts.shape)

    def _speed(self) -> Callable[[Array, float, float], Sequence[float]]:
        names = self.problem.variables
        gradient = sympy.lambdify(names, list(self.problem.gradient), _functions(), cse=True)

        def speed(x: Array, _: float, slow: float) -> Sequence[float]:
            try:
                g = gradient(*x.tolist())
                scale = -1 / math.hypot(slow, *g)
            except (ValueError, ZeroDivisionError, OverflowError, TypeError):
                return [math.nan] * len(x)
            return [v * scale for v in g]

        return speed

    def _destination(self, start: Array, speed: Any, sides: Array) -> Array:
        size = float(self.width.min())
        for longest in _LONGEST:
            x, length = start, _FIRST * size
            for _ in range(_SEGMENTS):
                found = self.minima(x[None])[0]
                if not np.isnan(found).any():
                    return found
                slow = _SLOW * float(np.linalg.norm(self.problem.gradients(x[None])[0]))
                path = _along(speed, x, slow, length, size, longest)
                x, length = path[-1], length * _GROWTH
                if not np.isfinite(path).all():
                    break
                if (path < sides[0]).any() or (path > sides[1]).any():
                    return np.full(len(start), np.nan)
            else:
                return np.full(len(start), np.nan)
        return np.full(len(start), np.inf)


def _along(speed: Any, x: Array, slow: float, length: float, size: float, longest: float) -> Array:
    """Follow the flow for a length; gives points on the way, nan where the solver gave up."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path, told = odeint(
            speed, x, np.linspace(0, length, _LOOKS), args=(slow,), rtol=_RTOL,
            atol=_ATOL * size, mxstep=20_000, tcrit=[length],
            hmax=longest * size, full_output=True, printmessg=False,
        )  # fmt: skip
    fine = told["message"] == "Integration successful."
    return np.asarray(path if fine else path * np.nan)


def _functions() -> list[Any]:
    """Give functions of single numbers for SymPy's and our own classes."""
    table = {row.symbol.__name__: _plain(row.numpy) for row in symgd.expression.functions.TABLE
             if row.symbol.__module__.startswith("symgd")}  # fmt: skip
    return [table, "math"]


def _plain(function: Callable[..., Any]) -> Callable[..., float]:
    return lambda *arguments: float(function(*arguments))
