"""Piecewise smooth formulas whose minima are known by construction, each with its proof."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

NAMES = "xyz"


@dataclass(frozen=True)
class Piecewise:
    """A formula, and its only local minimum; None if it has none."""

    kind: str
    expr: str
    minimum: np.ndarray | None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name in NAMES if name in self.expr.replace("max", ""))


def linear(normal, point):
    """Write a linear function that is 0 at a point."""
    pairs = zip(NAMES, normal, point, strict=False)
    return "+".join(f"({float(c)!r})*({v}-({float(p)!r}))" for v, c, p in pairs)


def quadratic(matrix, point):
    n = len(point)
    aside = [f"({v}-({float(p)!r}))" for v, p in zip(NAMES, point, strict=False)]
    terms = [(i, j) for i in range(n) for j in range(n)]
    return "+".join(f"({float(matrix[i, j])!r})*{aside[i]}*{aside[j]}" for i, j in terms)


def definite(n, rng):
    root = rng.normal(size=(n, n))
    matrix = np.round(root @ root.T + 0.2 * np.eye(n), 3)
    return (matrix + matrix.T) / 2


def kinks(n, rng, outside=False):
    """Draw a sum of kinks through a point, and a slope there.

    The slope is a sum of multiples of the normals, each smaller than the rise across its kink: so
    0 is a subgradient of the convex sum. With one `outside` it is none, as normals are independent.
    """
    count = int(rng.integers(1, n + 1 if outside else n + 2))
    normals, rises = (
        np.round(rng.normal(size=(count, n)), 2),
        np.round(rng.uniform(0.3, 2, count), 2),
    )
    multipliers = rng.uniform(-0.9, 0.9, count) * rises
    if outside:
        multipliers[0] = 2.5 * rises[0]
    return normals, rises, normals.T @ multipliers


def sums(n, rng):
    """Kinks and a positive definite quadratic form: strictly convex, with 0 a subgradient."""
    point, (normals, rises, slope) = np.round(rng.uniform(-2, 2, n), 2), kinks(n, rng)
    total = [f"{float(c)!r}*abs({linear(z, point)})" for c, z in zip(rises, normals, strict=True)]
    expr = f"{'+'.join(total)}+({linear(slope, point)})+{quadratic(definite(n, rng), point)}"
    return Piecewise("kinks", expr, point)


def falling(n, rng):
    """Piecewise linear and convex, with no subgradient 0 anywhere: f falls without end."""
    point, (normals, rises, slope) = np.round(rng.uniform(-2, 2, n), 2), kinks(n, rng, outside=True)
    total = [f"{float(c)!r}*abs({linear(z, point)})" for c, z in zip(rises, normals, strict=True)]
    return Piecewise("falling", f"{'+'.join(total)}+({linear(slope, point)})", None)


def largest(n, rng, count, least):
    """The largest of convex pieces that are 0 at a point, with a convex mean of their slopes 0.

    Where there are as many pieces as variables, they curve by `least` or more, so that the largest
    curves up along the crease as the mean of the pieces does.
    """
    point, slopes = np.round(rng.uniform(-2, 2, n), 2), np.round(rng.normal(size=(count, n)), 2)
    weights = rng.dirichlet(np.full(count, 3.0))
    slopes[-1] = -(weights[:-1] @ slopes[:-1]) / weights[-1]
    square = quadratic(np.eye(n), point)
    pieces = [f"{linear(a, point)}+{rng.uniform(least, 1):.3f}*({square})" for a in slopes]
    return Piecewise("largest", f"max({', '.join(pieces)})", point)


def bent(n, rng):
    """Kinks and a quadratic form of (x, y - x**2, z): one to one, so it keeps the one minimum."""
    straight = sums(n, rng)
    point = straight.minimum.copy()
    point[1] += point[0] ** 2
    return Piecewise("bent", straight.expr.replace("y", "(y-x**2)"), point)


def cone(n, rng):
    """A cone, a kink and a positive definite quadratic form, all least at one point."""
    point, normals = np.round(rng.uniform(-2, 2, n), 2), np.round(rng.normal(size=(3, n)), 2)
    first, second, third = (linear(z, point) for z in normals)
    expr = f"hypot({first},{second})+0.5*abs({third})+{quadratic(definite(n, rng), point)}"
    return Piecewise("cone", expr, point)


def cusp(n, rng):
    """A bent cusp that is 0 on a parabola, and a square that is 0 at one point of it."""
    p, q, r = (float(v) for v in np.round(rng.uniform(-2, 2, 3), 2))
    expr = f"sqrt(abs(x-({p})-y**2+({q})**2))+{rng.uniform(0.05, 1):.2f}*(y-({q}))**2"
    return Piecewise("cusp", expr + (f"+abs(z-({r}))" if n > 2 else ""), np.array([p, q, r][:n]))


def cubic(n, rng):
    """An inflection along a crease: f falls on one side of it, whatever the slopes across are."""
    point = np.round(rng.uniform(-2, 2, n), 2)
    normal = np.array([0.3, 1.0, -0.5][:n])
    expr = f"abs({linear(normal, point)})-(x-({float(point[0])!r}))**3"
    return Piecewise("cubic", expr, None)


def formulas(seed: int, rounds: int) -> Iterator[Piecewise]:
    """Draw formulas of all kinds, in one to three variables."""
    rng = np.random.default_rng(seed)
    for _ in range(rounds):
        for n in (1, 2, 3):
            yield sums(n, rng)
            yield falling(n, rng)
            yield largest(n, rng, n + 1, 0.0)
            yield largest(n, rng, max(2, n), 0.3)
            if n > 1:
                yield from (bent(n, rng), cone(n, rng), cusp(n, rng), cubic(n, rng))
