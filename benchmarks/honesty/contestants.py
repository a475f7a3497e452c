"""Contestants: each goes from starts to ends, and says which of them are successes."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

import symgd

from .tasks import Array, Task

_TOL = 1e-8  # Optimistix has no default
_MOST_STEPS = 1000


@dataclass(frozen=True)
class Ends:
    """Ends of a batch of runs.

    Attributes
    ----------
    x : ndarray
        Where they lie, shape ``(n, n_vars)``.
    reported : ndarray
        Which of them are reported as successes, shape ``(n,)``.
    status : ndarray of str
        The contestant's own words for how each run ended.
    """

    x: Array
    reported: npt.NDArray[np.bool_]
    status: npt.NDArray[np.str_]

    def rows(self, which: npt.NDArray[np.bool_]) -> Ends:
        """Give some of them."""
        return Ends(self.x[which], self.reported[which], self.status[which])


Contestant = Callable[[Task, Array], Ends]


def ours(task: Task, starts: Array, **keywords: Any) -> Ends:
    """Call symgd, by default with automatic steps."""
    x0 = starts if len(task.variables) > 1 else starts[:, 0]
    keywords = {"bounds": task.bounds} | keywords
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rates are too large on purpose
        runs = symgd.minimize(task.problem, x0, workers=1, **keywords).runs
    status = [symgd.Status(code) for code in runs.status.tolist()]
    reported = np.array([each.success for each in status])
    return Ends(runs.x, reported, np.array([each.name for each in status]))


def _scipy(method: str, bounded: bool, hessian: bool, task: Task, starts: Array) -> Ends:
    """Loop over the starts, with the exact gradient and SciPy's default tolerances."""
    from scipy.optimize import minimize

    given: dict[str, Any] = {**task.problem.as_scipy(), "method": method}
    if bounded:
        given["bounds"] = task.bounds
    if not hessian:
        del given["hess"]
    ends = [_end(partial(minimize, x0=start, **given), start) for start in starts]
    x, reported, status = zip(*ends, strict=True)
    return Ends(np.array(x), np.array(reported), np.array(status))


def _end(run: Callable[[], Any], start: Array) -> tuple[Array, bool, str]:
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            end = run()
    except (
        ValueError,
        RuntimeError,
        np.linalg.LinAlgError,
    ) as error:  # f is not finite
        return start * np.nan, False, str(error)
    return end.x, bool(end.success), str(end.message)


def _pounce(task: Task, starts: Array) -> Ends:
    """Loop over the starts, with the exact derivatives, the bounds and the default tolerances."""
    os.environ.setdefault("RUST_LOG", "off")  # it would tell of every run
    import pounce

    given: dict[str, Any] = {**task.problem.as_scipy(), "bounds": task.bounds, "print_level": 0}
    ends = [_end(partial(pounce.minimize, x0=start, **given), start) for start in starts]
    x, reported, status = zip(*ends, strict=True)
    return Ends(np.array(x), np.array(reported), np.array(status))


def _optimistix(task: Task, starts: Array) -> Ends:
    """Compile one solver for all starts."""
    import jax
    import optimistix as optx
    import sympy

    config: Any = jax.config
    config.update("jax_enable_x64", True)
    function = sympy.lambdify(task.symbols, task.symbolic, "jax", cse=True)
    solver: Any = optx.BFGS(rtol=_TOL, atol=_TOL)

    def end(start: Any) -> Any:
        value = lambda x, args: function(*x)  # noqa: E731
        return optx.minimise(value, solver, start, max_steps=_MOST_STEPS, throw=False)

    found = jax.jit(jax.vmap(lambda start: ((s := end(start)).value, s.result._value)))(starts)
    x, result = (np.asarray(column) for column in found)
    success: Any = optx.RESULTS.successful
    return Ends(x, result == success._value, result.astype(str))


def _scipys() -> dict[str, Contestant]:
    settings = {  # with bounds, with the Hessian
        "BFGS": (False, False),
        "L-BFGS-B": (True, False),
        "SLSQP": (True, False),
        "TNC": (True, False),
        "trust-exact": (False, True),
    }
    return {f"SciPy {m}": partial(_scipy, m, *given) for m, given in settings.items()}


OURS = "symgd"
COMPILED = ("Optimistix BFGS",)
ALL: dict[str, Contestant] = {
    OURS: ours, **_scipys(), "POUNCE": _pounce, "Optimistix BFGS": _optimistix,
}  # fmt: skip


def installed() -> list[str]:
    """Name the contestants whose package is here."""
    return [name for name in ALL if find_spec(name.split()[0].lower())]
