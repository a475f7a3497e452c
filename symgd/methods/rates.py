"""With which settings a method settles at a minimum, and how fast: from its own step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import Array, Mask
from ..errors import ConfigurationError
from .recurrence import Recurrence

if TYPE_CHECKING:
    from .rule import Rule

_GRID = 17  # values of a setting that are tried at a time
_ZOOMS = 12  # times that the two cells around the best of them are divided again
_HIGHEST = 7.0  # shares are looked for up to 1 - 1e-7
_GENTLEST = 1e-6  # share of the largest rate from which on rates are looked for
_FOLLOWED = 20_000  # epochs that are counted; of more the factor of a step tells
_AFTER = 1.5  # times the epochs of the factor: the error has turned into its slowest part
_SHARE = 1e-8


@dataclass(frozen=True)
class Rates:
    """The settings with which a method settles at a minimum, and how fast.

    Near a minimum the gradient is linear. If the step is, too, it multiplies the error along
    each eigenvector of the Hessian by a matrix, whose spectral radius is what a step leaves of the
    error in the long run. Nothing is fitted, and no formula is looked up: the method's own step is
    taken. What is not known is nan, and `best` None.

    Parameters
    ----------
    rule : Rule
        The method; settings that are not named elsewhere are its own.
    spectrum : ndarray
        Eigenvalues of the Hessian at the minimum, ``(n,)``.

    References
    ----------
    B. T. Polyak, "Some methods of speeding up the convergence of iteration methods", USSR
    Computational Mathematics and Mathematical Physics 4(5), 1-17 (1964),
    doi:10.1016/0041-5553(64)90137-5.

    L. Lessard, B. Recht, A. Packard, "Analysis and design of optimization algorithms via integral
    quadratic constraints", SIAM Journal on Optimization 26, 57-95 (2016), doi:10.1137/15M1009597.

    Examples
    --------
    >>> from symgd.methods import GradientDescent
    >>> rates = GradientDescent(lr=1.0).rates(np.array([1.0, 4.0]))
    >>> round(rates.best.lr, 6), round(rates.factor, 6), rates.epochs(1e-6)
    (0.4, 0.6, 28.0)
    >>> rates.settles(lr=[0.1, 0.4, 0.6])
    array([ True,  True, False])
    """

    rule: Rule
    spectrum: Array

    @property
    def known(self) -> bool:
        """Whether theory tells anything: of a linear step, where f curves all round."""
        return self._recurrence() is not None and bool((self.spectrum > 0).all())

    def _recurrence(self, **settings: Any) -> Recurrence | None:
        program = self.rule.program
        return None if program.scheduled else self.rule.recurrence(**settings)

    def factors(self, **settings: Any) -> Array:
        """Give what a step leaves of the error in the long run, for settings that are arrays.

        Raises
        ------
        ConfigurationError
            If the method has no such setting.
        """
        for name in settings:
            if name not in self.rule.settings:
                takes = f"settings out of {list(self.rule.settings)}"
                raise ConfigurationError("settings", name, takes)
        names, values = list(settings), np.broadcast_arrays(*settings.values())
        flat = {n: np.ravel(v).astype(float) for n, v in zip(names, values, strict=True)}
        recurrence = self._recurrence(**flat)
        shape = values[0].shape if values else ()
        if recurrence is None or not self.known:
            return np.full(shape, np.nan)
        with np.errstate(all="ignore"):
            return recurrence.factor(self.spectrum[None], 1.0).reshape(shape)

    def settles(self, **settings: Any) -> Mask:
        """Tell with which settings it settles."""
        return np.asarray(self.factors(**settings) < 1)

    def largest_rate(self, **settings: Any) -> float:
        """Give the largest rate with which it settles, with one value for each other setting."""
        pace = replace(self.rule, **settings).near(self.spectrum[None]) if self.known else None
        return np.nan if pace is None else float(pace.largest_rate[0])

    @cached_property
    def best(self) -> Rule | None:
        """The method with the settings that shrink the error fastest in the long run."""
        if not self.known:
            return None
        places = np.linspace(0.0, _HIGHEST, _GRID) if self.rule.shares else np.zeros(1)
        for _ in range(_ZOOMS):
            rates, factors = self._best_rates(_share(places))
            at = int(factors.argmin())
            found = places[at], rates[at]
            places = np.linspace(places[max(at - 1, 0)], places[min(at + 1, len(places) - 1)],
                                 len(places))  # fmt: skip
        return replace(self.rule, lr=float(found[1]), **self._shares(float(_share(found[0]))))

    def _shares(self, value: Any) -> dict[str, Any]:
        return dict.fromkeys(self.rule.shares, value)

    def _best_rates(self, shares: Array) -> tuple[Array, Array]:
        """Give for each share the best rate, and what a step leaves of the error with it."""
        spectra = np.tile(self.spectrum, (len(shares), 1))
        pace = replace(self.rule, **self._shares(shares)).near(spectra)
        assert pace is not None
        most = pace.largest_rate[:, None]
        log = np.linspace(np.log(_GENTLEST), 0.0, _GRID)[None] + np.zeros((len(shares), 1))
        each = np.arange(len(shares))
        for _ in range(_ZOOMS):
            factors = self.factors(lr=most * np.exp(log), **self._shares(shares[:, None]))
            at = factors.argmin(axis=1)
            found = (most[:, 0] * np.exp(log[each, at])), factors[each, at]
            low, high = log[each, np.maximum(at - 1, 0)], log[each, np.minimum(at + 1, _GRID - 1)]
            log = np.linspace(low, high, _GRID, axis=1)
        return found

    @property
    def factor(self) -> float:
        """What a step with the best settings leaves of the error in the long run."""
        return np.nan if self.best is None else float(self.factors(**_numbers(self.best)))

    def epochs(self, share: float = _SHARE, sizes: Any = 1.0, **settings: Any) -> Any:
        """Give the epochs after which no more than a share of the error is left; nan for never.

        Parameters
        ----------
        share : float
            The share.
        sizes : float or array_like
            The size of the error along each eigenvector at the start; by default 1.
        **settings : float or array_like
            Settings; by default the best.
        """
        given = settings or (_numbers(self.best) if self.best is not None else {})
        factors = np.atleast_1d(self.factors(**given))
        first = np.broadcast_to(np.asarray(sizes, dtype=float), self.spectrum.shape)
        whole = np.log(min(share / np.max(first, initial=0.0), 1.0))
        steady = np.ceil(whole / np.log(np.where(factors < 1, factors, np.nan)))
        needed = self._counted(share, first, given, steady).reshape(np.shape(factors))
        return needed if settings and np.ndim(self.factors(**given)) else float(needed.ravel()[0])

    def _counted(
        self, share: float, first: Array, settings: dict[str, Any], steady: Array
    ) -> Array:
        """Follow the errors step by step; gives the last epoch at which more is left, and 1."""
        values = np.broadcast_arrays(*settings.values(), np.zeros(steady.shape))[:-1]
        arrays = {n: np.ravel(v) for n, v in zip(settings, values, strict=True)}
        recurrence, steady = self._recurrence(**arrays), steady.ravel()
        if recurrence is None or not self.known:
            return steady
        matrices = recurrence.matrices(self.spectrum[None], 1.0)
        error = np.zeros((*matrices.shape[:2], matrices.shape[2], 1))
        error[:, :, 0, 0] = first
        near = np.flatnonzero(steady * _AFTER < _FOLLOWED)
        matrices, error, last = matrices[near], error[near], np.zeros(len(near))
        for step in range(1, int(np.max(steady[near] * _AFTER, initial=0.0)) + 2):
            error = matrices @ error
            last[np.abs(error[:, :, 0, 0]).max(axis=1) > share] = step
        counted = steady.copy()
        counted[near] = last + 1
        return counted

    def __str__(self) -> str:
        name = self.rule.name
        if self.best is None:
            return f"{name}: {self._unknown()}"
        settings = ", ".join(f"{n} = {v:.4g}" for n, v in _numbers(self.best).items())
        return (
            f"{name} settles fastest in the long run with {settings}:\n"
            f"each step leaves {100 * self.factor:.4g} % of the error, and {self.epochs():,.0f} "
            "epochs leave 1e-8 of it."
        )

    def _unknown(self) -> str:
        """Tell why nothing is known."""
        if not (self.spectrum > 0).all():
            return "f is not curved in every direction here, so no step leaves a fixed share."
        if self.rule.recurrence() is None:
            return "its step is not linear in the gradient, so eigenvalues do not tell its pace."
        return "its step changes from epoch to epoch, so none leaves a fixed share."


def _share(place: Any) -> Any:
    return 1.0 - 10.0 ** -np.asarray(place)


def _numbers(rule: Rule) -> dict[str, Any]:
    return rule.settings
