"""symgd: gradient descent on a formula, with a verdict on every run that can be trusted.

``symgd.minimize("cos(2*pi*x) + x**2")`` is the whole main job. Public names are loaded when first
used, so that ``import symgd`` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._minimize import minimize
    from .engine import rules
    from .engine.store import clear_cache
    from .errors import ConfigurationError, ExpressionError, RateWarning, SymgdError
    from .problem import Problem
    from .result import Minimum, Result, Runs
    from .status import Kind, Status

__version__ = "0.1.0"

_HOMES = {
    "ConfigurationError": "errors",
    "ExpressionError": "errors",
    "RateWarning": "errors",
    "SymgdError": "errors",
    "Kind": "status",
    "Status": "status",
    "Problem": "problem",
    "Minimum": "result",
    "Result": "result",
    "Runs": "result",
    "clear_cache": "engine.store",
    "minimize": "_minimize",
    "rules": "engine.rules",
}

__all__ = [
    "ConfigurationError",
    "ExpressionError",
    "Kind",
    "Minimum",
    "Problem",
    "RateWarning",
    "Result",
    "Runs",
    "Status",
    "SymgdError",
    "__version__",
    "clear_cache",
    "minimize",
    "rules",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'symgd' has no attribute {name!r}")
    module = importlib.import_module(f".{_HOMES[name]}", __name__)
    value = module if name == "rules" else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
