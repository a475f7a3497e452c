"""What a method of descent is: a value with named settings, and what a lane does with it.

A method never loops, counts or stops; the kernel does that for all of them. One whose steps are
`Fixed` moves on whatever f does. One that is `Adaptive` has f evaluated at a point of its choice
and decides then whether to go there. Both run on values that stand for a lane's numbers, or on
arrays of them (see `engine.numbers.lane`): so they take no branch, and select.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from ..arrays import Array, Whole
from ..errors import ConfigurationError
from ..given.names import KnownKeywords
from .ranges import Range

if TYPE_CHECKING:
    from ..engine.numbers.intrinsics import Truth
    from ..engine.numbers.lane import Number, State

METHODS: dict[str, type[Method]] = {}
"""The methods of this package by name."""


@dataclass(frozen=True)
class Pace:
    """How a method comes near minima, from its own step and the eigenvalues there.

    Attributes
    ----------
    factor : ndarray
        What a step leaves of the error in the long run, at worst, ``(n,)``; nan where that
        differs from step to step.
    largest_rate : ndarray
        The largest rate with which it settles there, ``(n,)``; nan if not known.
    """

    factor: Array
    largest_rate: Array

    def epochs(self, share: Array) -> Array:
        """Give the epochs after which a share of the error is left, ``(n,)``; nan for never."""
        with np.errstate(all="ignore"):
            steps = np.log(share) / np.log(self.factor)
            return np.where((self.factor < 1) & (steps > 0), np.ceil(steps), np.nan)


@dataclass(frozen=True)
class Point:
    """What a lane knows of a point where f was evaluated; None for what its method did not ask.

    Attributes
    ----------
    x, gradient : sequence of Number
        The point and the gradient there.
    value : Number
        f.
    hessian : sequence of Number
        The lower triangle of the Hessian, row by row.
    slope : Number
        The largest entry of the projected gradient, in size.
    free : Number
        The largest entry of the gradient among variables that no bound holds, in size.
    usable : Truth
        Whether all this is finite, and f defined.
    bottomless : Truth
        Whether f is minus infinity where it is defined; None where it was not asked for.
    component, piece : Number
        What steps must not cross (see `expression.guards`); None for what the formula has not.
    bend : Number
        The curvature of f along the gradient, not divided by its square.
    """

    x: Sequence[Number]
    gradient: Sequence[Number]
    value: Number | None
    hessian: Sequence[Number] | None
    slope: Number
    free: Number
    usable: Truth
    bottomless: Truth | None = None
    component: Number | None = None
    piece: Number | None = None
    bend: Number | None = None


@dataclass(frozen=True)
class Move:
    """What an adaptive method makes of a point.

    Attributes
    ----------
    good : Truth
        Whether the run goes there, which counts as a step.
    stuck : Truth
        Whether no step can gain anything any more.
    rows : mapping of str to sequence of Number
        What the lane remembers from now on.
    leaves : Truth
        Whether the run goes on from there even if the gradient vanishes; None for never.
    """

    good: Truth
    stuck: Truth
    rows: Mapping[str, Sequence[Number]]
    leaves: Truth | None = None


@dataclass(frozen=True)
class Method(KnownKeywords, ABC):
    """A method of descent; its fields are its settings, which reach compiled code as arguments.

    Attributes
    ----------
    name : str
        What users call it.
    asks : frozenset of str
        What it has evaluated at each point: ``"value"``, ``"gradient"``, ``"hessian"``,
        ``"guards"``, ``"bend"``.
    fixed : bool
        Whether it moves on whatever f does.
    descends : bool
        Whether it is one of descent; the loop of what only looks at f is written without Numba.
    most_vars : float
        The most variables that it is for: the code of a step may grow as their cube.
    within : mapping of str to Range
        Settings that may not have any value.
    """

    name: ClassVar[str]
    asks: ClassVar[frozenset[str]] = frozenset({"gradient"})
    fixed: ClassVar[bool]
    descends: ClassVar[bool] = True
    most_vars: ClassVar[float] = np.inf
    within: ClassVar[Mapping[str, Range]] = {}

    @classmethod
    def with_rate(cls, lr: float | None) -> Self:
        """Give the method as it is called by name; by default it takes a rate.

        Raises
        ------
        ConfigurationError
            If it takes no rate, or needs one.
        """
        if lr is None:
            raise ConfigurationError("lr", lr, f"a number > 0 for the method {cls.name!r}")
        return cls(lr=lr)

    @property
    def settings(self) -> dict[str, Any]:
        """Names and values of the settings; a value may be an array with one number a run."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def check(self) -> None:
        """Refuse settings that are out of their range.

        Raises
        ------
        ConfigurationError
            Names the first of them.
        """
        for name, (least, most, takes) in self.within.items():
            values = np.atleast_1d(self.settings[name])
            wrong = values[~((least <= values) & (values <= most))]
            if len(wrong):
                raise ConfigurationError(name, wrong[0].item(), takes)

    @property
    def rate(self) -> Any:
        """The rate `lr`; nan for a method that has none."""
        return self.settings.get("lr", np.nan)

    def take(self, rows: Any) -> Self:
        """Give the method of some runs, where a setting is an array with one number a run."""
        arrays: dict[str, Any] = {n: v for n, v in self.settings.items() if np.ndim(v)}
        return replace(self, **{n: v[rows] for n, v in arrays.items()}) if arrays else self

    @property
    def adjustable(self) -> bool:
        """Whether the same steps at another rate can be tried."""
        return "lr" in self.settings

    def with_settings(self, **values: Any) -> Self:
        """Give the method with other settings, each a number or one for each run."""
        return replace(self, **values)

    @property
    def restless(self) -> Any:
        """Whether it goes on where the gradient vanishes; may be an array with one value a run."""
        return False

    def started(self, x0: Array) -> Self:
        """Give the method for runs from these starts, ``(n_runs, n_vars)``, if they matter."""
        return self

    def lowest_rate(self, epochs: int) -> Any:
        """Give the lowest rate of so many steps."""
        return self.rate

    def last_rate(self, nit: Whole) -> Any:
        """Give the rate of the last of so many steps."""
        return self.rate

    @property
    def kind(self) -> Any:
        """What tells its code from that of other methods, where `text` does not."""
        return type(self)

    @property
    def text(self) -> str | None:
        """What its code depends on besides this package; None if that is not known."""
        return "" if type(self) is METHODS.get(self.name) else None

    @abstractmethod
    def rows(self, n_vars: int) -> dict[str, int]:
        """Name what a lane remembers from step to step, with the number of rows of each."""

    def constants(self, n_vars: int) -> dict[str, int]:
        """Name what a lane only reads, in the same way."""
        return {}

    def kept(self, n_vars: int) -> tuple[str, ...]:
        """Name the rows that a run takes along which is followed further; by default, all."""
        return tuple(self.rows(n_vars))

    def begin(self, width: Array) -> dict[str, Array]:
        """Give what rows start with, ``(count, n_runs)`` or ``(count, 1)``; others with zeros.

        Parameters
        ----------
        width : ndarray
            Size of the searched region, ``(n_vars,)``.
        """
        return {}

    def rates(self, spectrum: Array) -> Any:
        """Tell with which settings the method settles at a minimum, and how fast.

        Raises
        ------
        ConfigurationError
            If it has no rate.
        """
        takes = f"a method with a rate; {self.name!r} chooses its steps, or changes them by itself"
        raise ConfigurationError("method", self.name, takes)

    def near(self, spectra: Array, epoch: Any = 1) -> Pace | None:
        """Tell how the method comes near minima, from the eigenvalues of the Hessian there.

        Parameters
        ----------
        spectra : ndarray
            Eigenvalues, ``(n, n_vars)``; nan for variables that do not move.
        epoch : int or ndarray
            Number of the next step, ``(n,)``.

        Returns
        -------
        Pace or None
            None where no theory tells: then nothing is said.
        """
        return None


def rateless(name: str) -> str:
    """Tell which `lr` a method takes that has none."""
    return f"None beside the method {name!r}, which chooses its steps"


@dataclass(frozen=True)
class Adaptive(Method):
    """A method that goes to a point only after f was evaluated there."""

    fixed: ClassVar[bool] = False

    @classmethod
    def with_rate(cls, lr: float | None) -> Self:
        """Give the method, which takes no rate."""
        if lr is not None:
            raise ConfigurationError("lr", lr, rateless(cls.name))
        return cls()

    @abstractmethod
    def target(self, w: State) -> list[Number]:
        """Choose the point where f is evaluated next; it is clipped to the bounds."""

    @abstractmethod
    def step(self, w: State, here: Point) -> Move:
        """Decide what follows from f at that point; `w` holds what was remembered before."""


@dataclass(frozen=True)
class Fixed(Method):
    """A method that steps from where the gradient is known, whatever f does."""

    fixed: ClassVar[bool] = True

    @property
    def recovers(self) -> bool:
        """Whether x may be finite again after it, or the gradient, was not."""
        return True

    @abstractmethod
    def move(
        self, w: State, gradient: Sequence[Number], epoch: Any
    ) -> tuple[Sequence[Number], Mapping[str, Sequence[Number]]]:
        """Take a step; gives x, which is clipped to the bounds, and what the lane remembers.

        Parameters
        ----------
        w : State
            Where the lane is, and what it remembers.
        gradient : sequence of Number
            The gradient there.
        epoch : Number
            Number of this step, from 1.
        """
