"""Large formulas: right numbers, and a cost in proportion to their operations."""

from __future__ import annotations

import gc
import math
import time

import numpy as np
import pytest
from kernels import drive

import symgd
from symgd.engine.kernel import jit, source
from symgd.engine.kernel.stops import Stop
from symgd.expression.printing import operations
from symgd.methods import Automatic, GradientDescent
from symgd.problem import Problem

VARIABLES = 5


def terms(count):
    """Give triples (i, j, k): waves ``sin(k*xi*xj)``, and parabolas where ``k`` is negative."""
    numbers = range(count)
    return [(n % VARIABLES, (n + 1) % VARIABLES, n + 1 if n % 3 else -n - 1) for n in numbers]


def text(count):
    """Write the sum of so many terms."""
    return " + ".join(
        f"sin({k}*x{i}*x{j})" if k > 0 else f"(x{i} + {k})**2*x{j}" for i, j, k in terms(count)
    )


def slope(x, count):
    """Differentiate the same sum by hand, at points ``(n, VARIABLES)``."""
    gradient = np.zeros_like(x)
    for i, j, k in terms(count):
        a, b = x[:, i], x[:, j]
        if k > 0:
            gradient[:, i] += k * b * np.cos(k * a * b)
            gradient[:, j] += k * a * np.cos(k * a * b)
        else:
            gradient[:, i] += 2 * (a + k) * b
            gradient[:, j] += (a + k) ** 2
    return gradient


def valley(n):
    """Spell out Rosenbrock's chain in n variables."""
    links = range(n - 1)
    return " + ".join(f"(1 - x{i})**2 + 100*(x{i + 1} - x{i}**2)**2" for i in links)


def valley_slope(x):
    a, b = x[:, :-1], x[:, 1:]
    gradient = np.zeros_like(x)
    gradient[:, :-1] += 2 * (a - 1) - 400 * a * (b - a * a)
    gradient[:, 1:] += 200 * (b - a * a)
    return gradient


def descended(gradient, x, lr, epochs):
    for _ in range(epochs):
        x = x - lr * gradient(x)
    return x


@pytest.mark.parametrize("leap", [False, True])
def test_two_thousand_operations(leap):
    problem = Problem(text(215))
    assert operations([problem.expr, *problem.gradient]) >= 2000
    starts = np.random.default_rng(1).uniform(-1, 1, (100, VARIABLES))
    ends = drive(text(215), starts, lr=1e-8, epochs=40, leap=leap)
    expected = descended(lambda x: slope(x, 215), starts, 1e-8, 40)
    np.testing.assert_allclose(ends.x - starts, expected - starts, rtol=1e-6)


@pytest.mark.parametrize("leap", [False, True])
def test_a_chain_of_fifty_variables(leap):
    starts = np.random.default_rng(2).uniform(-1, 1, (100, 50))
    ends = drive(valley(50), starts, lr=1e-4, epochs=300, leap=leap)
    expected = descended(valley_slope, starts, 1e-4, 300)
    np.testing.assert_allclose(ends.x, expected, rtol=1e-9, atol=1e-12)
    assert (ends.stop == Stop.EPOCHS).all()


def test_the_minimum_of_fifty_variables_is_found_and_verified():
    result = symgd.minimize(valley(50), x0=np.full(50, 1.2))
    assert result.status is symgd.Status.CONVERGED
    np.testing.assert_allclose(result.x, 1.0, atol=1e-8)


def seconds(work):
    """Measure the processor time of the quickest of two calls."""
    taken = []
    for _ in range(2):
        gc.collect()
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return min(taken)


def prepared(expr):
    """Go from a text to the source of a kernel and to functions for NumPy."""
    problem = symgd.problem.Symbolic(expr, None, ())
    source.kernel(problem, Automatic(), False)
    source.kernel(problem, GradientDescent(0.1), False)
    return problem.fun, problem.grad, problem.holds


def compiled(expr):
    kernel = source.kernel(Problem(expr).symbolic, Automatic(), False)
    return lambda: jit.machine_code(kernel, "<large>")


SHAPES = {
    "a sum": text,
    "a chain": lambda n: valley(n // 4),
    "a tree": lambda n: "max(" + ", ".join(f"{k}*x{k % 7} - x{k % 5}" for k in range(n)) + ")",
    "a domain": lambda n: " + ".join(f"log(x{k % 7}*x{k % 5} + {k})" for k in range(n)),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_symbolic_work_grows_in_proportion(shape):
    write = SHAPES[shape]
    prepared(write(8))
    assert seconds(lambda: prepared(write(120))) < 8 * seconds(lambda: prepared(write(30)))


@pytest.mark.parametrize("shape", ["a sum", "a chain"])
def test_compilation_grows_in_proportion(shape):
    write = SHAPES[shape]
    compiled(write(8))()
    assert seconds(compiled(write(160))) < 8 * seconds(compiled(write(40)))


def test_a_kernel_of_hundreds_of_functions_is_compiled_with_less_effort(monkeypatch):
    monkeypatch.setenv("SYMGD_CACHE_DIR", "off")
    efforts, whole = [], jit.machine
    monkeypatch.setattr(jit, "machine", lambda effort=3: efforts.append(effort) or whole(effort))
    tangents = "+".join(f"tan({i}*x)" for i in range(1, 701))
    result = symgd.minimize(tangents, x0=[4e-4], lr=1e-11, epochs=2, tol=0.0)
    x = 4e-4
    for _ in range(2):
        x -= 1e-11 * sum(i / math.cos(i * x) ** 2 for i in range(1, 701))
    assert result.runs.x[0, 0] == pytest.approx(x, rel=1e-15)
    assert 0 in efforts
    efforts.clear()
    symgd.minimize("tan(x) + 0.123*x**2", x0=[0.3])
    assert set(efforts) == {3}
