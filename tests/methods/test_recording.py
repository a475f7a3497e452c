"""A rule's step is recorded as text: the text decides its code, on disk and in memory."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest

import symgd
from symgd import ConfigurationError
from symgd.methods import Rule
from symgd.methods.recording import record

SHRINK = 1.0


@dataclass(frozen=True)
class Scaled(Rule):
    """A rule whose step refers to a constant of its module."""

    name = "scaled"

    @staticmethod
    def step(x, grad, epoch, lr):
        return (x - SHRINK * lr * grad,)


def scaled_end():
    return symgd.minimize("x**2", x0=3.0, method=Scaled(lr=0.1), epochs=1).x.item()


@pytest.mark.parametrize("folder", ["disk", "memory"])
def test_what_a_step_refers_to_decides_its_code(monkeypatch, tmp_path, folder):
    monkeypatch.setenv("SYMGD_CACHE_DIR", str(tmp_path) if folder == "disk" else "off")
    module = globals()
    assert scaled_end() == 3.0 - 0.1 * 6.0
    monkeypatch.setitem(module, "SHRINK", 0.5)
    assert scaled_end() == 3.0 - 0.5 * 0.1 * 6.0


def test_a_closure_decides_its_code_too():
    def rule(share):
        class Closed(Rule):
            name = "closed"

            @staticmethod
            def step(x, grad, epoch, lr):
                return (x - share * lr * grad,)

        return Closed(lr=0.25)

    ends = [symgd.minimize("x**2", x0=4.0, method=rule(s), epochs=1).x.item() for s in (1.0, 0.5)]
    assert ends == [2.0, 3.0]


def test_every_operator_is_written_down():
    def step(x, grad, epoch, slot, lr):
        moved = +x - lr * grad / (1 + abs(-slot)) + 2 / (x // 3) ** 2 - 7
        return moved, (slot * 0.5 - 1e400) ** grad + 2**grad

    program = record(step, "all of them", 1, 1)
    values = [np.array([5.5, -2.0]), np.array([2.0, 1.0]), 3, np.array([4.0, -8.0]), 0.125]
    with np.errstate(all="ignore"):
        for made, expected in zip(program.run(*values), step(*values), strict=True):
            assert (made == expected).all()


def broken_if(x, grad, epoch, lr):
    if grad > 0:
        return (x - lr,)
    return (x + lr,)


def broken_slot(x, grad, epoch, velocity, lr):
    return x + velocity[0], velocity


def broken_math(x, grad, epoch, lr):
    return (x - lr * math.tanh(grad),)


def broken_numpy(x, grad, epoch, lr):
    return (x - lr * np.arctan(grad),)


def broken_truth(x, grad, epoch, lr):
    return (x - (lr if grad else 0.0),)


@pytest.mark.parametrize(
    ("step", "slots", "line"),
    [
        (broken_if, 0, "if grad > 0:"),
        (broken_slot, 1, "return x + velocity[0], velocity"),
        (broken_math, 0, "return (x - lr * math.tanh(grad),)"),
        (broken_numpy, 0, "return (x - lr * np.arctan(grad),)"),
        (broken_truth, 0, "return (x - (lr if grad else 0.0),)"),
    ],
)
def test_an_error_names_the_rule_its_line_and_what_is_allowed(step, slots, line):
    rule = type("Broken", (Rule,), {"name": "broken", "slots": slots, "step": staticmethod(step)})
    with pytest.raises(ConfigurationError) as caught:
        symgd.minimize("x**2", x0=1.0, method=rule(lr=0.1), epochs=3)
    said = str(caught.value)
    for part in ("method", "the rule 'broken'", repr(line), "+ - * / // **, abs", "no if"):
        assert part in said
    assert f"line {step.__code__.co_firstlineno + 1} " in said


@pytest.mark.parametrize(
    ("step", "slots", "said"),
    [
        (lambda x, grad, epoch, lr: None, 0, "not a tuple"),
        (lambda x, grad, epoch, v, lr: x - lr * grad, 1, "gives 1 values"),
        (lambda x, grad, epoch, lr: (x, grad), 0, "gives 2 values"),
        (lambda x, grad, epoch, v, lr: (x,), 1, "gives 1 values"),
        (lambda x, grad, epoch, lr: (math.nan,), 0, "nan"),
        (lambda x, grad, epoch: (x,), 0, "positional argument"),
        (lambda x, grad, epoch, lr: ("x",), 0, "could not convert"),
    ],
)
def test_what_a_step_gives_is_checked(step, slots, said):
    with pytest.raises(ConfigurationError, match="the rule 'odd'") as caught:
        record(step, "odd", slots, 1)
    assert said in str(caught.value)


def test_a_rule_is_refused_before_any_work(monkeypatch):
    monkeypatch.setattr("symgd.engine.kernel.store.load", None)
    rule = type("Broken", (Rule,), {"name": "broken", "step": staticmethod(broken_if)})
    with pytest.raises(ConfigurationError):
        symgd.minimize("x**2", x0=1.0, method=rule(lr=0.1))
