"""Methods of descent, one a file: what a step is, what it remembers, how it comes near a minimum.

=================  ==============================================================================
`GradientDescent`  ``"gd"``: fixed steps against the gradient
`Momentum`         ``"momentum"``: the heavy ball, which keeps a share of its last step
`Nesterov`         ``"nesterov"``: the same, with the gradient where that would lead
`AdaGrad`          ``"adagrad"``: rates that shrink with all gradients so far
`RMSProp`          ``"rmsprop"``: rates over the size that gradients had lately
`Adam`             ``"adam"``: momentum, and rates as in RMSProp
`AdamW`            ``"adamw"``: Adam, with decay of the variables
`NAdam`            ``"nadam"``: Adam, with Nesterov's momentum
`RProp`            ``"rprop"``: lengths of steps that signs of the gradient change
`Automatic`        ``"automatic"``: steps that are tried, and taken if f falls as they foretold
`Faithful`         ``"faithful"``: the same in shorter steps, which follow every ripple
`Newton`           ``"newton"``: the exact Hessian, in a trust region
`BFGS`             ``"bfgs"``: the inverse Hessian, learnt from changes of the gradient
`LBFGS`            ``"lbfgs"``: the same from the last ten steps, for many variables
`OwnRule`          for a rule of your own: a function of plain numbers
`Rule`             the same as a class, compiled into the loop
`Method`           what they have in common
`Rates`            with which settings a method settles at a minimum, and how fast
=================  ==============================================================================

A file in this folder that defines a `Method` with a name is known by that name.
"""

from dataclasses import fields
from importlib import import_module
from pkgutil import iter_modules
from typing import Literal, TypeAlias

from .adagrad import AdaGrad
from .adam import Adam
from .adamw import AdamW
from .automatic import Automatic
from .base import METHODS, Adaptive, Fixed, Method, Move, Pace, Point
from .bfgs import BFGS
from .faithful import Faithful
from .gd import GradientDescent
from .lbfgs import LBFGS
from .momentum import Momentum
from .nadam import NAdam
from .nesterov import Nesterov
from .newton import Newton
from .own import OwnRule
from .rates import Rates
from .rmsprop import RMSProp
from .rprop import RProp
from .rule import Rule
from .schedule import Schedule

for _place in iter_modules(__path__, f"{__name__}."):
    for _found in vars(import_module(_place.name)).values():
        if isinstance(_found, type) and issubclass(_found, Method) and "name" in vars(_found):
            METHODS[_found.name] = _found

SETTINGS = (
    *("clip_value", "clip_norm", "noise"),
    *dict.fromkeys(f.name for method in METHODS.values() for f in fields(method)),
)
"""What can be set of the methods of this package, and of their gradients."""

MethodName: TypeAlias = Literal[  # what type checkers know
    "automatic", "faithful", "gd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw",
    "nadam", "rprop", "newton", "bfgs", "lbfgs",
]  # fmt: skip

__all__ = [
    "BFGS",
    "LBFGS",
    "METHODS",
    "AdaGrad",
    "Adam",
    "AdamW",
    "Adaptive",
    "Automatic",
    "Faithful",
    "Fixed",
    "GradientDescent",
    "Method",
    "MethodName",
    "Momentum",
    "Move",
    "NAdam",
    "Nesterov",
    "Newton",
    "OwnRule",
    "Pace",
    "Point",
    "RMSProp",
    "RProp",
    "Rates",
    "Rule",
    "Schedule",
]


def __dir__() -> list[str]:
    return sorted(__all__)
