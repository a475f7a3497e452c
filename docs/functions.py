"""The page of the functions that a formula may use: ``python docs/functions.py`` writes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from symgd.expression.catalogue import rows

PAGE = Path(__file__).with_name("functions.md")
_HEAD = """# What a formula may hold

Numbers (`2`, `0.5`, `1e-3`), variables and parameters (`x`, `x1`, `theta`), `pi`, `e`, brackets,
`+ - * /`, and powers as `x**2`, `x^2` or `x²`; `|x|` is `abs(x)`. A product needs its `*`. What
stands before the formula is understood: `f(x, y) = x*y` names the variables in their order, `z =
x*y` only the formula. Names of functions may be in capitals. In a condition stand `<`, `<=`, `>`,
`>=`, `==`, `!=`, joined by `&` and `|` and turned by `~`; `where(condition, a, b)` and
`Piecewise((a, condition), ..., (b, True))` choose. What cannot be read is refused, with the place
and what to write instead; LaTeX is told as what to write.

`gamma`, `beta`, `psi`, `j0`, `j1`, `sec` and `mod` are functions before a bracket, and variables
elsewhere.

| function | also written | where it is defined, or what it is |
|---|---|---|
"""
_TAIL = """
A formula that asks for other arguments has no value there, and the verdict names the part and what
it needs. `floor`, `ceil`, `round`, `mod`, `sign` and `Heaviside` jump, `abs`, `min`, `max`, `relu`
and `clip` have kinks: both are known where they are. `sinc(x)` is sin(x)/x, as in SymPy; that of
NumPy is `sinc(pi*x)`. `mod(x, y)` has the sign of y. [accuracy.md](accuracy.md) says how exact each
is in compiled code.
"""


def page() -> str:
    """Give the page as it should be."""
    return _HEAD + "".join(_lines()) + _TAIL


def _lines() -> Iterator[str]:
    for call, others, needs in rows():
        yield f"| `{call}` | {', '.join(f'`{name}`' for name in others)} | {needs} |\n"


if __name__ == "__main__":
    PAGE.write_text(page())
