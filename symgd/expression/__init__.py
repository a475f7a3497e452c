"""Reading formulas: text to a safe SymPy expression, and where it is defined."""

from .domain import Condition
from .parse import Formula, Limits, read

__all__ = ["Condition", "Formula", "Limits", "read"]
