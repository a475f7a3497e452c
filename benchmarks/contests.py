"""The first-order methods, each in symgd, in C and in Optax."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from symgd.methods import (
    AdaGrad,
    Adam,
    AdamW,
    Fixed,
    GradientDescent,
    Momentum,
    NAdam,
    Nesterov,
    RMSProp,
    RProp,
)

from .c_program import DESCENT, Update
from .functions import Function

_MOMENTS = {"mean": "0", "square": "0"}
_WEIGHTS = "double weight1 = 0, weight2 = 0;"
_WEIGH = """\
weight1 = beta1*weight1 + (1 - beta1);
            weight2 = beta2*weight2 + (1 - beta2);"""
_MEANS = """\
const double mean = beta1*{x}_mean[j] + (1 - beta1)*g;
                const double square = beta2*{x}_square[j] + (1 - beta2)*g*g;
                {x}_mean[j] = mean; {x}_square[j] = square;
                const double size = sqrt(square/weight2) + eps;
                """


@dataclass(frozen=True)
class Contest:
    """A method, the same in C, and the same in Optax.

    Attributes
    ----------
    method : callable
        Gives the method at a rate.
    rate : float or None
        The rate; None for that of the function.
    update : Update
        The step in C.
    optax : callable
        Gives the transformation at a rate, from the package.
    """

    method: Callable[[float], Fixed]
    rate: float | None
    update: Update
    optax: Callable[[Any, float], Any]

    def at(self, function: Function) -> float:
        """Give the rate for a function: so small that no run arrives."""
        return function.lr if self.rate is None else self.rate


_VELOCITY = "const double velocity = beta*{x}_velocity[j] - lr*g; {x}_velocity[j] = velocity; "
CONTESTS = {
    "gd": Contest(GradientDescent, None, DESCENT, lambda o, lr: o.sgd(lr)),
    "momentum": Contest(
        lambda lr: Momentum(lr / 10), None,
        Update(_VELOCITY + "{x}_[j] = {x} + velocity;", {"velocity": "0"}),
        lambda o, lr: o.sgd(lr / 10, momentum=0.9),
    ),
    "nesterov": Contest(
        lambda lr: Nesterov(lr / 10), None,
        Update(_VELOCITY + "{x}_[j] = {x} + beta*velocity - lr*g;", {"velocity": "0"}),
        lambda o, lr: o.sgd(lr / 10, momentum=0.9, nesterov=True),
    ),
    "adagrad": Contest(
        AdaGrad, 1e-3,
        Update(
            "const double sum = {x}_sum[j] + g*g; {x}_sum[j] = sum; "
            "{x}_[j] = {x} - lr*g/sqrt(sum + initial + eps);",
            {"sum": "0"},
        ),
        lambda o, lr: o.adagrad(lr, initial_accumulator_value=0.1, eps=1e-7),
    ),
    "rmsprop": Contest(
        RMSProp, 1e-4,
        Update(
            "const double square = decay*{x}_square[j] + (1 - decay)*g*g; {x}_square[j] = square; "
            "{x}_[j] = {x} - lr*g/sqrt(square + eps);",
            {"square": "0"},
        ),
        lambda o, lr: o.rmsprop(lr, decay=0.9, eps=1e-8),
    ),
    "adam": Contest(
        Adam, 1e-4,
        Update(_MEANS + "{x}_[j] = {x} - lr*(mean/weight1)/size;", _MOMENTS, _WEIGHTS, _WEIGH),
        lambda o, lr: o.adam(lr),
    ),
    "adamw": Contest(
        AdamW, 1e-4,
        Update(
            _MEANS + "{x}_[j] = {x} - lr*((mean/weight1)/size + weight_decay*{x});",
            _MOMENTS, _WEIGHTS, _WEIGH,
        ),
        lambda o, lr: o.adamw(lr, weight_decay=1e-4),
    ),
    "nadam": Contest(
        NAdam, 1e-4,
        Update(
            _MEANS + "{x}_[j] = {x} - lr*(beta1*mean/following + (1 - beta1)*g/weight1)/size;",
            _MOMENTS, _WEIGHTS,
            _WEIGH + " const double following = beta1*weight1 + (1 - beta1);",
        ),
        lambda o, lr: o.nadam(lr),
    ),
    "rprop": Contest(
        lambda lr: RProp(lr, longest=100 * lr), 1e-6,
        Update(
            "const double turn = g*{x}_last[j], factor = turn < 0 ? shrink : turn > 0 ? grow : 1; "
            "double length = {x}_length[j]*factor; "
            "length = length < shortest ? shortest : length > longest ? longest : length; "
            "const double down = g > 0 ? -length : g < 0 ? length : 0; "
            "{x}_length[j] = length; {x}_[j] = turn < 0 ? {x} : {x} + down; "
            "{x}_last[j] = turn < 0 ? 0 : g;",
            {"length": "lr", "last": "0"},
        ),
        lambda o, lr: o.rprop(lr, eta_minus=0.5, eta_plus=1.2, min_step_size=1e-6,
                              max_step_size=100 * lr),
    ),
}  # fmt: skip
