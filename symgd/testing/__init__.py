"""`symgd.testing`: formulas, problems and checks for property-based tests of users' own code.

What draws needs Hypothesis, which the extra ``testing`` brings; what checks needs nothing else.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

__all__ = [
    "KnownProblem",
    "assert_converges",
    "assert_gradient_matches",
    "assert_minimum",
    "assert_verdicts_hold",
    "batches",
    "expressions",
    "problems",
    "register_profile",
    "starts",
]

if TYPE_CHECKING:
    from .gradients import assert_gradient_matches
    from .known import KnownProblem
    from .minima import assert_minimum
    from .optimisers import assert_converges
    from .strategies import batches, expressions, problems, register_profile, starts
    from .verdicts import assert_verdicts_hold
else:
    _HOMES = {
        "KnownProblem": "known",
        "assert_converges": "optimisers",
        "assert_gradient_matches": "gradients",
        "assert_minimum": "minima",
        "assert_verdicts_hold": "verdicts",
        "batches": "strategies",
        "expressions": "strategies",
        "problems": "strategies",
        "register_profile": "strategies",
        "starts": "strategies",
    }

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module 'symgd.testing' has no attribute {name!r}")
        found = getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return sorted(__all__)
