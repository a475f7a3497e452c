"""Methods by name, what they refuse, what they remember, and one of another kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, get_args

import numpy as np
import pytest
from problems import ROSENBROCK

import symgd
from symgd import ConfigurationError, Status
from symgd.engine.numbers.lane import INF, chosen, clip, select
from symgd.methods import METHODS, Adaptive, Automatic, GradientDescent, MethodName, Move, Rule


def test_every_method_is_known_by_its_name_and_to_type_checkers():
    assert set(get_args(MethodName)) == set(METHODS)
    for name, method in METHODS.items():
        assert method.name == name
        assert method.__doc__


def test_automatic_is_a_method_by_name():
    by_name = symgd.minimize(ROSENBROCK, x0=[-1.2, 1.0], method="automatic")
    default = symgd.minimize(ROSENBROCK, x0=[-1.2, 1.0])
    by_value = symgd.minimize(ROSENBROCK, x0=[-1.2, 1.0], method=Automatic())
    for result in (by_name, default, by_value):
        assert result.settings.method == "automatic"
        assert (result.runs.x == default.runs.x).all()
    fixed = symgd.minimize("x**2", x0=1.0, lr=0.1)
    assert fixed.settings.method == "gd"
    assert symgd.sweep("x**2", x0=[1.0, 2.0]).settings.method == "automatic"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"method": "automatic", "lr": 0.1}, "chooses its steps"),
        ({"method": Automatic(), "lr": 0.1}, "nothing beside a method object"),
        ({"method": "gradient"}, "method"),
        ({"method": GradientDescent}, "a method object"),
        ({"method": "automatik"}, "did you mean automatic"),
    ],
)
def test_what_a_method_cannot_do_is_refused(settings, said):
    with pytest.raises(ConfigurationError, match=said):
        symgd.minimize("x**2", x0=1.0, **settings)


@dataclass(frozen=True)
class HeavyBall(Rule):
    """Polyak's momentum, the rate warmed up."""

    name = "warm heavy ball"
    slots = 1

    beta: float = 0.9

    @staticmethod
    def step(x, grad, epoch, velocity, lr, beta):
        velocity = beta * velocity - lr * (1 - 0.5**epoch) * grad
        return x + velocity, velocity


def on_paper(rule, gradient, x, tol, most):
    """Take the loop until the gradient is at most tol; gives x and the steps."""
    slots = [np.zeros_like(x) for _ in range(rule.slots)]
    for epoch in range(1, most + 1):
        grad = gradient(x)
        if np.abs(grad).max() <= tol:
            return x, epoch - 1
        x, *slots = rule.step(x, grad, epoch, *slots, *rule.settings.values())
    return x, most


@pytest.mark.parametrize("tol", [1e-2, 1e-4, 1e-9])
def test_with_a_tolerance_a_rule_is_the_loop_on_paper(tol):
    """The gradient is small long before the run has arrived, so it goes on."""
    rule = HeavyBall(lr=0.02, beta=0.7)
    result = symgd.minimize("x**4/4", x0=1.0, method=rule, tol=tol, epochs=3000)
    nit = result.nit
    x, steps = on_paper(rule, lambda x: x**3, np.array([1.0]), 0.0, nit)
    assert steps == nit
    assert result.x == pytest.approx(x, rel=1e-10)
    if tol < 1e-8:
        assert on_paper(rule, lambda x: x**3, np.array([1.0]), tol, 3000)[1] <= nit


def test_a_path_of_a_run_that_went_on_is_the_loop_on_paper():
    rule = HeavyBall(lr=0.02, beta=0.7)
    how = {"x0": 1.0, "method": rule, "tol": 1e-3, "epochs": 400}
    result = symgd.minimize("x**4/4", history=True, **how)
    x, slots = np.array([1.0]), [np.zeros(1)]
    assert len(result.history[0]) == result.nit + 1 > 30
    for epoch, point in enumerate(result.history[0], start=1):
        assert point == pytest.approx(x, rel=1e-10)
        x, *slots = rule.step(x, x**3, epoch, *slots, *rule.settings.values())
    assert symgd.minimize("x**4/4", **how).nit == result.nit


def test_a_run_is_followed_further_with_its_memory():
    """A ball at its turning point: without its velocity it would only roll down."""
    rule = HeavyBall(lr=1.9, beta=0.999)
    result = symgd.minimize("x**2/2", x0=1.0, method=rule, epochs=50)
    x, slots, path = np.array([1.0]), [np.zeros(1)], []
    for epoch in range(1, 307):
        x, *slots = rule.step(x, x, epoch, *slots, *rule.settings.values())
        path.append(x.item())
    from symgd.diagnosis.cycles import cycle
    from symgd.engine.drive.lanes import Ends
    from symgd.given.boxes import Box
    from symgd.problem import Problem

    free = Box(np.array([-np.inf]), np.array([np.inf]))
    memory = np.array([[path[49] - path[48]]])
    ends = Ends(np.array([[path[49]]]), np.array([50]), np.array([50]), np.array([3]), memory)
    _, tail = cycle(Problem("x**2/2"), rule, ends, free)
    assert tail[-1, 0, 0] == pytest.approx(path[305], rel=1e-6)
    assert result.x == pytest.approx([path[49]], rel=1e-9)


@dataclass(frozen=True)
class Newton(Adaptive):
    """A trust region on the exact Hessian of two variables, with a second look at each point.

    It asks for the Hessian, takes inner products and two evaluations a step: what it asks of the
    house is what any second-order method will.
    """

    name: ClassVar[str] = "newton of the tests"
    asks: ClassVar[frozenset[str]] = frozenset({"value", "gradient", "hessian"})

    radius: float = 1.0

    def rows(self, n_vars):
        return {"p": n_vars, "f": 1, "phase": 1, "radius": 1}

    def constants(self, n_vars):
        return {"largest": 1}

    def begin(self, width):
        return {"f": np.full((1, 1), np.inf), "radius": np.full((1, 1), self.radius),
                "largest": np.full((1, 1), width.max())}  # fmt: skip

    def target(self, w):
        half = select(w["phase"] == 1.0, 0.5, 1.0)
        return [x + half * p for x, p in zip(w.all("x"), w.all("p"), strict=True)]

    def step(self, w, here):
        first = w["nfev"] == 0.0
        looking = w["phase"] == 1.0  # half of the way is looked at, and nothing follows
        falls = here.usable & (here.value <= w["f"])
        good = falls & ~looking
        radius = select(good, clip(2.0 * w["radius"], 0.0, w["largest"]), 0.5 * w["radius"])
        radius = select(looking | first, w["radius"], radius)
        p = self._direction(here, radius)
        kept = chosen(good, p, [0.5 * v for v in w.all("p")])
        rows = {
            "p": chosen(looking, w.all("p"), kept),
            "f": [select(good, here.value, w["f"])],
            "phase": [select(looking, 0.0, 1.0)],
            "radius": [radius],
        }
        return Move(good, ~first & ~looking & ~(radius > 1e-150), rows)

    def _direction(self, here, radius):
        """Take Newton's step where the Hessian is definite, else down; within the radius."""
        (a, b, c), (g, h) = here.hessian, here.gradient
        determinant = a * c - b * b
        definite = (a > 0.0) & (determinant > 0.0)
        newton = [(b * h - c * g) / determinant, (b * g - a * h) / determinant]
        p = chosen(definite, newton, [-g, -h])
        length = (p[0] * p[0] + p[1] * p[1]) ** 0.5
        shorter = clip(radius / length, 0.0, 1.0)
        return [select(length < INF, shorter * v, 0.0) for v in p]


@pytest.mark.parametrize(
    ("expr", "start"),
    [(ROSENBROCK, [-1.2, 1.0]), ("(x**2 + y - 11)**2 + (x + y**2 - 7)**2", [0.3, -0.2])],
)
def test_a_second_order_method_fits_without_a_change_elsewhere(expr, start):
    result = symgd.minimize(expr, x0=start, method=Newton(), tol=1e-10, epochs=100)
    assert result.status is Status.CONVERGED
    assert result.settings.method == "newton of the tests"
    descent = symgd.minimize(expr, x0=start)
    assert result.nit < descent.nit
    assert np.isnan(result.runs.lr).all()
    loop = newton_on_paper(expr, start, result.nit)
    unpolished = symgd.minimize(
        expr, x0=start, method=Newton(), tol=1e-10, epochs=result.nit, polish=False
    )
    assert unpolished.x == pytest.approx(loop, rel=1e-6)


def newton_on_paper(expr, x, steps):
    """The same in plain NumPy, one point at a time."""
    problem, x = symgd.Problem(expr), np.array(x, dtype=float)
    f, radius, taken = problem.fun(x), 1.0, 0

    def direction(x):
        g, h = problem.grad(x), problem.hess(x)
        p = -np.linalg.solve(h, g) if np.linalg.eigvalsh(h)[0] > 0 else -g
        length = np.linalg.norm(p)
        return p * min(1.0, radius / length) if length else p

    p = direction(x)
    while taken < steps:
        ahead = x + p
        if problem.fun(ahead) <= f:
            x, f, taken = ahead, problem.fun(ahead), taken + 1
            radius = min(2 * radius, 20.0)
            p = direction(x)
        else:
            radius, p = radius / 2, p / 2
    return x


def test_a_method_from_elsewhere_is_compiled_and_kept_in_memory_only(tmp_path, monkeypatch):
    monkeypatch.setenv("SYMGD_CACHE_DIR", str(tmp_path))
    symgd.minimize("x**2 + 3*y**2 + x*y", x0=[1.0, 2.0], method=Newton(), epochs=9)
    kept = [file.read_text() for file in tmp_path.glob("kernel_*.py")]
    assert not any("Newton" in text for text in kept)
    assert len(kept) == 1  # what looks at the ends
