"""symgd: gradient descent on a formula, with a verdict on every run that can be trusted.

``symgd.minimize("cos(2*pi*x) + x**2")`` is the whole main job. Public names are loaded when first
used, so that ``import symgd`` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import plots
    from ._load import load
    from ._minimize import minimize
    from ._sweep import sweep
    from .curvature import Curvature
    from .engine import rules
    from .engine.store import clear_cache
    from .errors import (
        ConfigurationError,
        ExpressionError,
        MissingPackageError,
        RateWarning,
        SymgdError,
    )
    from .problem import Problem
    from .result import Minimum, Result, Runs
    from .status import Kind, Status
    from .sweep_result import SweepResult

__version__ = "0.1.0"

_HOMES = {
    "ConfigurationError": "errors",
    "ExpressionError": "errors",
    "MissingPackageError": "errors",
    "RateWarning": "errors",
    "SymgdError": "errors",
    "Curvature": "curvature",
    "Kind": "status",
    "Status": "status",
    "Problem": "problem",
    "Minimum": "result",
    "Result": "result",
    "Runs": "result",
    "clear_cache": "engine.store",
    "load": "_load",
    "SweepResult": "sweep_result",
    "minimize": "_minimize",
    "plots": "plots",
    "rules": "engine.rules",
    "sweep": "_sweep",
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
    "minimize",
    "plots",
    "rules",
    "sweep",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'symgd' has no attribute {name!r}")
    module = importlib.import_module(f".{_HOMES[name]}", __name__)
    value = module if name in ("plots", "rules") else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
