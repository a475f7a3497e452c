"""The classroom loop, as symgd and its peers run it: fixed steps from many starts.

Each gives a call without arguments that takes all steps from all starts, and whose result is
where they end, ``(n_starts, n_vars)``.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from symgd import minimize
from symgd.engine.kernel import source, store
from symgd.engine.kernel.layout import LANES
from symgd.given.options import Options, read_options
from symgd.methods import Fixed, GradientDescent
from symgd.problem import Problem
from symgd.runs import descent

from .functions import Array, Function, callables

Descent = Callable[[Function, float, int, Array], Callable[[], Array]]


def symgd(
    function: Function, lr: float, epochs: int, starts: Array, workers: int = 1
) -> Callable[[], Array]:
    """Run the loop of `minimize`, without its verdicts."""
    problem = Problem(function.expr, variables=function.variables)
    options = _options(problem, starts, lr, epochs, workers)
    return lambda: descent._run(problem, starts, options.tol, options)[0].x


def call(function: Function, lr: float, epochs: int, starts: Array) -> Callable[[], Array]:
    """Call `minimize`, which judges every run."""
    given: Any = {"variables": function.variables, "lr": lr, "epochs": epochs, "workers": 1}

    def run() -> Array:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of rates that are too large
            return minimize(function.expr, starts, **given).runs.x

    return run


def _options(problem: Problem, starts: Array, lr: float, epochs: int, workers: int) -> Options:
    return read_options(
        problem, starts, bounds=None, start_box=None, starts=1, sampler="spread", seed=0,
        method="gd", lr=lr, epochs=epochs, tol=None, polish=None, escape=False, workers=workers,
    )  # fmt: skip


def loop(function: Function, lr: float, epochs: int, starts: Array) -> Callable[[], Array]:
    """Run symgd's compiled loop on blocks that are filled already, without its driver."""
    return steps(function, GradientDescent(lr), epochs, starts)


def steps(function: Function, method: Fixed, epochs: int, starts: Array) -> Callable[[], Array]:
    """Run the compiled loop of a method in the same way."""
    problem = Problem(function.expr, variables=function.variables)
    kernel = source.kernel(problem.symbolic, method, False)
    advance, rows = store.load(kernel), kernel.layout.rows
    padded = np.pad(starts, ((0, -len(starts) % LANES), (0, 0)), mode="edge")
    filled = np.zeros((len(padded) // LANES, kernel.layout.height, LANES))
    filled[:, rows["x"]] = padded.reshape(len(filled), LANES, -1).swapaxes(1, 2)
    filled[:, rows["limit"]] = epochs
    for name, values in method.begin(np.ones(len(function.variables))).items():
        filled[:, rows[name]] = values

    def run() -> Array:
        state = kernel.layout.blocks(len(filled))
        state[:] = filled
        advance(state, epochs, True)
        ends = state[:, rows["x"]].swapaxes(1, 2)
        return ends.reshape(len(padded), -1)[: len(starts)]

    return run


def numpy(function: Function, lr: float, epochs: int, starts: Array) -> Callable[[], Array]:
    """Loop over the steps in Python, with the gradient on whole arrays."""
    _, gradient = callables(function, "numpy")

    def run() -> Array:
        x = starts.T.copy()
        for _ in range(epochs):
            x -= lr * np.stack(gradient(*x))
        return x.T

    return run


def jax(function: Function, lr: float, epochs: int, starts: Array) -> Callable[[], Array]:
    """Map a compiled loop over the starts; the gradient is by `jax.grad`."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    value, _ = callables(function, "jax")
    gradient = jax.grad(lambda x: value(*x))

    def descend(x: jax.Array) -> jax.Array:
        return jax.lax.fori_loop(0, epochs, lambda _, x: x - lr * gradient(x), x)

    mapped, x0 = jax.jit(jax.vmap(descend)), jnp.asarray(starts)
    return lambda: np.asarray(mapped(x0).block_until_ready())
