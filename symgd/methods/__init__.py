"""Methods of descent, one a file: what a step is, what it remembers, how it comes near a minimum.

=================  ==============================================================================
`GradientDescent`  ``"gd"``: fixed steps against the gradient
`Automatic`        ``"automatic"``: steps that are tried, and taken if f falls as they foretold
`Faithful`         ``"faithful"``: the same in shorter steps, which follow every ripple
`Rule`             for a rule of your own: ten lines, compiled into the loop
`Method`           what they have in common
=================  ==============================================================================

A file in this folder that defines a `Method` with a name is known by that name.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import Literal, TypeAlias

from .automatic import Automatic
from .base import METHODS, Adaptive, Fixed, Method, Move, Pace, Point
from .faithful import Faithful
from .gd import GradientDescent
from .rule import Rule

for _place in iter_modules(__path__, f"{__name__}."):
    for _found in vars(import_module(_place.name)).values():
        if isinstance(_found, type) and issubclass(_found, Method) and "name" in vars(_found):
            METHODS[_found.name] = _found

MethodName: TypeAlias = Literal["automatic", "faithful", "gd"]  # what type checkers know

__all__ = [
    "METHODS",
    "Adaptive",
    "Automatic",
    "Faithful",
    "Fixed",
    "GradientDescent",
    "Method",
    "MethodName",
    "Move",
    "Pace",
    "Point",
    "Rule",
]
