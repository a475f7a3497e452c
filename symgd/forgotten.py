"""Names that may have been meant as parameters: ``a`` beside ``x``, when ``a`` has no value."""

from __future__ import annotations

import re
from collections.abc import Sequence

_UNKNOWNS = re.compile(r"([t-z]|theta|phi)_?\d*")  # what unknowns are called in textbooks
_MOST = 6  # names that are listed


def forgotten(names: Sequence[str]) -> str:
    """Give the first name that textbooks use for parameters, where others are for unknowns.

    Examples
    --------
    >>> forgotten(["a", "x"]), forgotten(["x", "y"]), forgotten(["a", "b"])
    ('a', '', '')
    """
    others = [name for name in names if not _UNKNOWNS.fullmatch(name)]
    return others[0] if 0 < len(others) < len(names) else ""


def all_are_variables(names: Sequence[str]) -> str:
    """Tell which names are variables, and how one of them becomes a parameter.

    Examples
    --------
    >>> all_are_variables(["a", "x"])
    "a and x are variables here; give params={'a': ...} to fix one"
    """
    few = [*names[:_MOST], *([f"{len(names) - _MOST} more"] if len(names) > _MOST else [])]
    listed = f"{', '.join(few[:-1])} and {few[-1]}"
    one = forgotten(names) or names[0]
    return f"{listed} are variables here; give params={{{one!r}: ...}} to fix one"
