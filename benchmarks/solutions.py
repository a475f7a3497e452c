"""Time from many starts to verified minima."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np

import symgd

from .effort import Effort
from .functions import RASTRIGIN, Array, Function, callables
from .table import Row
from .timing import medians

_TOL = 1e-8
_MOST_STEPS = 1000
_SCIPY, _OPTIMISTIX = "SciPy, loop of L-BFGS-B", "Optimistix, BFGS under vmap"


def ours(function: Function, starts: Array) -> Callable[[], Array]:
    """Call `minimize`, with its verdicts."""
    return lambda: symgd.minimize(function.expr, starts, variables=function.variables).runs.x


def scipy(function: Function, starts: Array) -> Callable[[], Array]:
    """Loop over the starts, with f and gradient lambdified for Python's floats."""
    from scipy.optimize import minimize

    value, gradient = callables(function, "math")

    def end(start: Array) -> Array:
        x: Array = minimize(
            lambda x: value(*x), start, jac=lambda x: gradient(*x), method="L-BFGS-B"
        ).x
        return x

    return lambda: np.array([end(start) for start in starts])


def optimistix(function: Function, starts: Array) -> Callable[[], Array]:
    """Compile one solver for all starts."""
    import jax
    import jax.numpy as jnp
    import optimistix as optx

    jax.config.update("jax_enable_x64", True)
    value, _ = callables(function, "jax")
    solver: Any = optx.BFGS(rtol=_TOL, atol=_TOL)

    def end(start: jax.Array) -> jax.Array:
        f = lambda x, args: value(*x)  # noqa: E731
        return optx.minimise(f, solver, start, max_steps=_MOST_STEPS, throw=False).value

    mapped, x0 = jax.jit(jax.vmap(end)), jnp.asarray(starts)
    return lambda: np.asarray(mapped(x0).block_until_ready())


def rows(effort: Effort) -> list[Row]:
    """Measure Rastrigin's function in two variables."""
    starts = RASTRIGIN.starts(effort.solved)
    calls = {"symgd": ours(RASTRIGIN, starts)}
    if find_spec("scipy"):
        calls[_SCIPY] = scipy(RASTRIGIN, starts[:: effort.share])
    if find_spec("optimistix"):
        calls[_OPTIMISTIX] = optimistix(RASTRIGIN, starts)
    seconds = medians(calls, effort.rounds)
    if _SCIPY in seconds:
        seconds[_SCIPY] *= effort.share
    what = f"{RASTRIGIN.name}, {effort.solved:,} starts"
    return [
        Row("time to solution", what, seconds["symgd"], peer, seconds.get(peer), least)
        for peer, least in ((_OPTIMISTIX, 50.0), (_SCIPY, 200.0))
    ]
