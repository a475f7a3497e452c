"""symgd: gradient descent on a formula, with a verdict on every run that can be trusted.

``symgd.minimize("cos(2*pi*x) + x**2")`` is the whole main job. Public names are loaded when first
used, so that ``import symgd`` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from .version import __version__

__all__ = [
    "ConfigurationError",
    "Curvature",
    "ExpressionError",
    "Interrupted",
    "Kind",
    "LimitError",
    "Minimum",
    "MissingPackageError",
    "Problem",
    "RateWarning",
    "Remaining",
    "Result",
    "Runs",
    "State",
    "Status",
    "SweepResult",
    "SymgdError",
    "__version__",
    "clear_cache",
    "judge",
    "limits",
    "load",
    "maximize",
    "methods",
    "minimize",
    "plots",
    "rules",
    "schedules",
    "scipy_method",
    "sweep",
    "testing",
]

if TYPE_CHECKING:  # a type checker that saw `__getattr__` would take any name
    from . import methods, plots, schedules, testing
    from . import methods as rules
    from .enclosure.curvature import Curvature
    from .engine.kernel.store import clear_cache
    from .errors import (
        ConfigurationError,
        ExpressionError,
        Interrupted,
        LimitError,
        MissingPackageError,
        RateWarning,
        SymgdError,
    )
    from .problem import Problem
    from .results.load import load
    from .results.result import Result
    from .results.runs import Minimum, Remaining, Runs
    from .results.sweep import SweepResult
    from .runs.control import State
    from .runs.judge import judge
    from .runs.limits import limits
    from .runs.maximize import maximize
    from .runs.minimize import minimize
    from .runs.scipy_method import scipy_method
    from .runs.sweep import sweep
    from .status import Kind, Status
else:
    _MODULES = {
        "methods": "methods", "plots": "plots", "rules": "methods", "schedules": "schedules",
        "testing": "testing",
    }  # fmt: skip
    _NAMES = {
        "enclosure.curvature": "Curvature",
        "engine.kernel.store": "clear_cache",
        "errors": "ConfigurationError ExpressionError Interrupted LimitError MissingPackageError "
        "RateWarning SymgdError",
        "problem": "Problem",
        "results.load": "load",
        "results.result": "Result",
        "results.runs": "Minimum Remaining Runs",
        "results.sweep": "SweepResult",
        "runs.control": "State",
        "runs.judge": "judge",
        "runs.limits": "limits",
        "runs.maximize": "maximize",
        "runs.minimize": "minimize",
        "runs.scipy_method": "scipy_method",
        "runs.sweep": "sweep",
        "status": "Kind Status",
    }
    _HOMES = {name: home for home, names in _NAMES.items() for name in names.split()} | _MODULES

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module 'symgd' has no attribute {name!r}")
        module = importlib.import_module(f".{_HOMES[name]}", __name__)
        found = module if name in _MODULES else getattr(module, name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return sorted(__all__)
