"""What `maximize` gives: the result for -f, turned back."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from ..arrays import Whole
from ..errors import ConfigurationError, Interrupted
from ..facts.facts import Facts
from ..problem import Problem
from ..runs.control import State
from ..status import Kind
from ..views import text
from ..views.document import Document, terminal
from ..views.mirror import mixed_up, turned, turned_document
from . import storage
from .result import Result
from .runs import Minimum

if TYPE_CHECKING:
    from ..explorer.page import Page

_TURNED = {Kind.MINIMUM: Kind.MAXIMUM, Kind.MAXIMUM: Kind.MINIMUM}


def negative(problem: Problem) -> Problem:
    """Give the problem of -f.

    Raises
    ------
    ConfigurationError
        If texts about -f, when they are turned, would take a variable for f or for a word about it.
    """
    for name in mixed_up(problem.names):
        takes = "names that the texts about f do not use themselves: give it another one"
        raise ConfigurationError("variables", name, takes)
    return Problem(f"-({problem.text})", variables=problem.names, params=problem.params)


@dataclass(frozen=True, eq=False)
class _Climbing(State):
    """The state of runs on -f, as who maximizes f sees it."""

    @property
    def fun(self) -> float:
        """f at the point with the highest finite f."""
        return 0.0 - super().fun


def climbing(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Give arguments of `minimize` whose callback is shown f where -f is minimized."""
    callback = arguments.get("callback")
    if not callable(callback):
        return dict(arguments)

    def shown(state: State) -> object:
        return callback(_Climbing(**{f.name: getattr(state, f.name) for f in fields(state)}))

    return {**arguments, "callback": shown}


@contextmanager
def turned_back() -> Iterator[None]:
    """Turn the result that an exception carries: after Ctrl-C, and one of the callback."""
    try:
        yield
    except Interrupted as stopped:
        raise Interrupted(stopped.result and Maximized.of(stopped.result)) from None
    except Exception as failure:
        if isinstance(its := getattr(failure, "result", None), Result):
            failure.result = Maximized.of(its)  # type: ignore[attr-defined]
        raise


@dataclass(frozen=True, eq=False, repr=False)
class Maximized(Result):
    """The best run, every run, and the distinct maxima: a `Result` in which f is what was given.

    `fun`, `jac`, the values in `runs` and the values and eigenvalues in `minima` are those of f.
    A ``MINIMUM`` of -f is a ``MAXIMUM``; a weak one, and one at a kink, keep their kinds.
    ``runs.evidence`` is about -f.

    Attributes
    ----------
    descent : Result
        The same for -f, which was minimized.

    Examples
    --------
    >>> import symgd
    >>> r = symgd.maximize("3 - (x - 1)**2")
    >>> r.x, r.fun, r.kind.name
    (array([1.]), 3.0, 'MAXIMUM')
    >>> len(r.maxima)
    1
    """

    descent: Result | None = None

    @classmethod
    def of(cls, descent: Result) -> Self:
        """Turn a result for -f, whose text is ``-(f)``."""
        its = descent.problem
        formula = its.text.removeprefix("-(").removesuffix(")")
        runs = replace(descent.runs, fun=0.0 - descent.runs.fun, kind=_kinds(descent.runs.kind))
        settings = replace(descent.settings, maximize=True)
        named = {f.name: getattr(descent, f.name) for f in fields(descent)}
        return cls(
            **named
            | {
                "problem": Problem(formula, variables=its.names, params=its.params),
                "runs": runs,
                "minima": tuple(map(_turned, descent.minima)),
                "settings": settings,
                "jac": 0.0 - descent.jac,
                "descent": replace(descent, settings=settings),
            }
        )

    def resume(self, *given: Any, **keywords: Any) -> Maximized:
        """Let runs go on, as `Result.resume`."""
        with turned_back():
            return self.of(self._below.resume(*given, **climbing(keywords)))

    def join(self, other: Result) -> Maximized:
        """Give one result with the runs of this one and of another, as `Result.join`."""
        if not isinstance(other, Maximized):
            raise ConfigurationError("other", other, "a result of symgd.maximize, as this one is")
        return self.of(self._below.join(other._below))

    @property
    def maxima(self) -> tuple[Minimum, ...]:
        """Distinct maxima, best first."""
        return self.minima

    @property
    def message(self) -> str:
        """One sentence on the best run: what happened, why, and what to try."""
        return turned(self._below.message)

    @cached_property
    def facts(self) -> Facts:
        """What is known about -f and the runs."""
        return self._below.facts

    @property
    def _below(self) -> Result:
        assert self.descent is not None
        return self.descent

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write everything to one ``.npz`` file, which `symgd.load` reads."""
        storage.save(path, self._below)

    def to_dict(self) -> dict[str, Any]:
        """Give plain numbers, lists and words, ready for JSON, with ``maxima`` for ``minima``."""
        found = super().to_dict()
        found["maxima"] = found.pop("minima")
        return found

    def _summary(self) -> Document:
        return turned_document(self._below._summary())

    def _explained(self) -> Document:
        return turned_document(self._below._explained())

    def _story(self, row: int) -> str:
        its = self._below
        return terminal(turned_document(text.story(its, row, its.facts.about([row]))))

    def _opened(self, row: int) -> Page:
        """Open the explorer at a run on -f, which is what descends."""
        return self._below._opened(row)

    def _overview(self) -> Document:
        _, *rest = self._below._overview()
        formula, *_ = super()._overview()
        return [formula, *turned_document(rest)]


def _kinds(kind: Whole) -> Whole:
    found = kind.copy()
    for one, other in _TURNED.items():
        found[kind == one] = other
    return found


def _turned(minimum: Minimum) -> Minimum:
    return replace(
        minimum,
        fun=0.0 - minimum.fun,
        kind=_TURNED.get(minimum.kind, minimum.kind),
        eigenvalues=0.0 - minimum.eigenvalues[::-1],
    )
