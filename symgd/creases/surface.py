"""f and its switches at many points at once, in units in which runs have lengths of 1.

The bounds of variables are switches, too, whose other side there is not: a row z = x - lower.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from ..arrays import Array, Columns, Indices, Mask, Whole
from ..expression.evaluator import Evaluator
from ..given.boxes import Box
from ..problem import Problem
from .form import Form, Sort

_VECTORS = (Sort.TIP, Sort.CUSP)


@dataclass(frozen=True)
class At(Columns):
    """First derivatives at points, in units.

    Attributes
    ----------
    value : ndarray
        f, ``(m,)``.
    slope : ndarray
        By the variables, ``(m, n)``.
    rise : ndarray
        By the handles, ``(m, k)``: how f rises across each crease.
    zero : ndarray
        What is zero on creases, ``(m, r)``.
    normal : ndarray
        Its slopes, ``(m, r, n)``.
    inner : ndarray
        Its slopes by the handles of switches within, ``(m, r, k)``.
    """

    value: Array
    slope: Array
    rise: Array
    zero: Array
    normal: Array
    inner: Array


@dataclass(frozen=True)
class Surface:
    """A formula with its switches and bounds, for some runs.

    Attributes
    ----------
    problem : Problem
        f.
    form : Form
        Its abs-normal form.
    box : Box
        Bounds.
    unit : ndarray
        Lengths of each run in each variable, ``(m, n)``.
    """

    problem: Problem
    form: Form
    box: Box
    unit: Array

    def of(self, rows: Any) -> Surface:
        """Give the surface of some of the runs."""
        return replace(self, problem=self.problem.of(rows), unit=self.unit[rows])

    @cached_property
    def bounds(self) -> list[tuple[int, float, float]]:
        """The variable, the side (1 for a lower bound) and the place of each bound."""
        sides = ((1.0, self.box.lower), (-1.0, self.box.upper))
        return [
            (j, side, float(place))
            for side, places in sides
            for j, place in enumerate(places)
            if np.isfinite(place)
        ]

    @cached_property
    def sorts(self) -> Whole:
        """Codes of `Sort`, one a switch."""
        return np.append(self.form.sorts, np.full(len(self.bounds), Sort.BOUND))

    @cached_property
    def owner(self) -> Whole:
        """The switch of each row."""
        count = len(self.form.sorts)
        return np.append(self.form.owner, count + np.arange(len(self.bounds)))

    @cached_property
    def rows(self) -> list[Indices]:
        """The rows of each switch."""
        return [np.flatnonzero(self.owner == i) for i in range(len(self.sorts))]

    @cached_property
    def first(self) -> Indices:
        """The first row of each switch."""
        return np.array([mine[0] for mine in self.rows], dtype=np.intp)

    @cached_property
    def vector(self) -> Mask:
        """Which switches are tips and cusps."""
        return np.isin(self.sorts, _VECTORS)

    def values(self, x: Array, signs: Array, handles: Array | None = None) -> tuple[Array, Array]:
        """Give f and what is zero on creases, for signs and handles of the switches ``(m, k)``."""
        found = self._run(self.form.values, x, signs, handles)
        edges = [side * (x[:, j] - place) for j, side, place in self.bounds]
        zeros = np.stack([*found[1:], *edges], axis=1)
        return found[0], zeros

    def at(self, x: Array, signs: Array, handles: Array | None = None) -> At:
        """Give first derivatives for signs and handles of the switches ``(m, k)``."""
        found = self._run(self.form.first, x, signs, handles)
        with np.errstate(all="ignore"):
            return self._derivatives(x, found)

    def _derivatives(self, x: Array, found: Array) -> At:
        (m, n), k, rows = x.shape, len(self.form.sorts), len(self.form.owner)
        found = np.moveaxis(found.reshape(rows + 1, 1 + n + k, m), 2, 0)
        more, unit = len(self.bounds), self.unit
        normal, inner = np.zeros((m, rows + more, n)), np.zeros((m, rows + more, k + more))
        zero, rise = np.empty((m, rows + more)), np.zeros((m, k + more))
        zero[:, :rows], rise[:, :k] = found[:, 1:, 0], found[:, 0, 1 + n :]
        normal[:, :rows] = found[:, 1:, 1 : 1 + n] * unit[:, None]
        inner[:, :rows, :k] = found[:, 1:, 1 + n :]
        for row, (j, side, place) in enumerate(self.bounds, rows):
            zero[:, row], normal[:, row, j] = side * (x[:, j] - place), side * unit[:, j]
        return At(found[:, 0, 0], found[:, 0, 1 : 1 + n] * unit, rise, zero, normal, inner)

    def hessian(self, x: Array, signs: Array, multipliers: Array) -> Array:
        """Give the Hessian of f less multiples of the rows, ``(m, n, n)``."""
        mine = multipliers[:, : len(self.form.owner)]
        lower = self._run(self.form.second, x, signs, None, mine)
        n = x.shape[1]
        found = np.empty((len(x), n, n))
        places = [(i, j) for i in range(n) for j in range(i + 1)]
        for entry, (i, j) in zip(lower, places, strict=True):
            with np.errstate(all="ignore"):
                scaled = entry * self.unit[:, i] * self.unit[:, j]
            found[:, i, j] = found[:, j, i] = scaled
        return found

    def unfolded(self, x: Array) -> tuple[Array, Array]:
        """Give signs and handles with which the form is f, with its kinks, at points.

        Signs are 0 at kinks and 1 at tips and cusps, handles what the kinks add.
        """
        signs = np.broadcast_to(self.vector.astype(float), (len(x), len(self.sorts))).copy()
        handles = np.zeros_like(signs)
        kinks = self.sorts == Sort.KINK
        for _ in range(self.form.depth):
            zeros = self.values(x, signs, handles)[1][:, self.first]
            handles = np.where(kinks, np.abs(zeros), 0.0)
        return signs, handles

    def signs(self, x: Array) -> Array:
        """Give the signs of the switches at points; those of tips and cusps are 1."""
        zeros = self.values(x, *self.unfolded(x))[1]
        return np.where(self.vector, 1.0, np.sign(zeros[:, self.first]))

    def _run(
        self,
        evaluate: Evaluator,
        x: Array,
        signs: Array,
        handles: Array | None,
        multipliers: Array | None = None,
    ) -> Array:
        k = len(self.form.sorts)
        handles = np.zeros_like(signs) if handles is None else handles
        more = [*signs[:, :k].T, *handles[:, :k].T]
        more += [] if multipliers is None else [*multipliers.T]
        columns, params = np.ascontiguousarray(x.T), self.problem.param_columns(len(x))
        with np.errstate(all="ignore"):
            entries = evaluate.function(*columns, *params, *more)
        found = np.empty((len(entries), len(x)))
        for row, entry in zip(found, entries, strict=True):
            row[:] = entry
        return found
