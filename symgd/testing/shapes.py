"""Shapes of functions whose minima are known by construction, and problems made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from ..arrays import Array
from .known import KnownProblem


@dataclass(frozen=True)
class Shape:
    """A function p(u) of one coordinate, whose minima all have the value 0.

    Attributes
    ----------
    text : str
        p, with ``{0}`` for u.
    minima : tuple of float
        Where p is 0.
    curvature : float
        The largest curvature of p.
    convex, smooth : bool
        What p is.
    """

    text: str
    minima: tuple[float, ...]
    curvature: float
    convex: bool
    smooth: bool


SHAPES = {
    "bowl": Shape("({0})**2", (0.0,), 2.0, True, True),
    "round": Shape("(sqrt(1 + ({0})**2) - 1)", (0.0,), 1.0, True, True),
    "quartic": Shape("(({0})**2 + ({0})**4)", (0.0,), np.inf, True, True),
    "kink": Shape("abs({0})", (0.0,), np.inf, True, False),
    "dent": Shape("({0})**2/(1 + ({0})**2)", (0.0,), 2.0, False, True),
    "wells": Shape("(({0})**2 - 1)**2", (-1.0, 1.0), np.inf, False, True),
}


def shapes(convex: bool = False, smooth: bool = True) -> list[str]:
    """Name the shapes that have what is asked for."""
    return [n for n, s in SHAPES.items() if (s.convex or not convex) and (s.smooth or not smooth)]


def known_problem(
    names: Sequence[str],
    centre: Sequence[float],
    skew: Sequence[float],
    weights: Sequence[float],
    chosen: Sequence[str],
    fun: float,
) -> KnownProblem:
    """Put a shape on each of the coordinates ``u = L (x - centre)``, and add them with weights.

    L has ones on its diagonal and `skew` below, so it is invertible: f is least where every shape
    is, and stationary where every shape is. The sum of weighted curvatures times ``L' L`` bounds
    the curvature.
    """
    matrix = np.eye(len(names))
    matrix[np.tril_indices(len(names), -1)] = skew
    shape = [SHAPES[name] for name in chosen]
    terms = [
        f"{w:.17g}*{s.text.format(_line(names, centre, row))}"
        for w, s, row in zip(weights, shape, matrix, strict=True)
    ]
    ends = np.array(list(product(*(s.minima for s in shape))))
    points = np.asarray(centre) + np.linalg.solve(matrix, ends.T).T
    bent = np.array([w * s.curvature for w, s in zip(weights, shape, strict=True)])
    return KnownProblem(
        expr=_signed(" + ".join([*terms, f"{fun:.17g}"] if fun else terms)),
        variables=tuple(names),
        points=tuple(map(tuple, points.tolist())),
        fun=fun,
        curvature=_largest(matrix, bent),
    )


def _line(names: Sequence[str], centre: Sequence[float], row: Array) -> str:
    """Write a row of ``L (x - centre)``."""
    parts = [
        n if not c and a == 1 else f"{n} - {c:.17g}" if a == 1 else f"{a:.17g}*({n} - {c:.17g})"
        for n, c, a in zip(names, centre, row, strict=True)
        if a
    ]
    return _signed(" + ".join(parts))


def _signed(text: str) -> str:
    return text.replace("- -", "+ ").replace("+ -", "- ")


def _largest(matrix: Array, bent: Array) -> float:
    if not np.isfinite(bent).all():
        return float("inf")
    return float(np.linalg.eigvalsh(matrix.T * bent @ matrix)[-1])
