"""symgd: gradient descent on a formula, with a verdict on every run that can be trusted.

``symgd.minimize("cos(2*pi*x) + x**2")`` is the whole main job. Public names are loaded when first
used, so that ``import symgd`` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import methods, plots
    from . import methods as rules
    from .enclosure.curvature import Curvature
    from .engine.kernel.store import clear_cache
    from .errors import (
        ConfigurationError,
        ExpressionError,
        MissingPackageError,
        RateWarning,
        SymgdError,
    )
    from .problem import Problem
    from .results.load import load
    from .results.result import Minimum, Result, Runs
    from .results.sweep import SweepResult
    from .runs.minimize import minimize
    from .runs.sweep import sweep
    from .status import Kind, Status

__version__ = "0.1.0"

_HOMES = {
    "ConfigurationError": "errors",
    "ExpressionError": "errors",
    "MissingPackageError": "errors",
    "RateWarning": "errors",
    "SymgdError": "errors",
    "Curvature": "enclosure.curvature",
    "Kind": "status",
    "Status": "status",
    "Problem": "problem",
    "Minimum": "results.result",
    "Result": "results.result",
    "Runs": "results.result",
    "clear_cache": "engine.kernel.store",
    "load": "results.load",
    "SweepResult": "results.sweep",
    "methods": "methods",
    "minimize": "runs.minimize",
    "plots": "plots",
    "rules": "methods",
    "sweep": "runs.sweep",
}

__all__ = [
    "ConfigurationError",
    "Curvature",
    "ExpressionError",
    "Kind",
    "Minimum",
    "MissingPackageError",
    "Problem",
    "RateWarning",
    "Result",
    "Runs",
    "Status",
    "SweepResult",
    "SymgdError",
    "__version__",
    "clear_cache",
    "load",
    "methods",
    "minimize",
    "plots",
    "rules",
    "sweep",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'symgd' has no attribute {name!r}")
    module = importlib.import_module(f".{_HOMES[name]}", __name__)
    value = module if name in ("methods", "plots", "rules") else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
