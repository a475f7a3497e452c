"""The page of thresholds, from the constants of three rooms and their comments.

``python docs/thresholds.py`` writes it. A comment says ``unit: reason``, behind the constant or
above it; what it calls a ``code`` is no threshold.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).with_suffix(".md")
PACKAGE = PAGE.parents[1] / "symgd"
HEAD = """# Thresholds of the verdicts

Every number on which a verdict, or a fact about a formula, depends. Lengths are shares of a run's
way or of the searched region, and changes of f are compared with rounding, so that no verdict
depends on units. A name means one thing. The page is written by `python docs/thresholds.py`.
"""


@dataclass(frozen=True)
class Threshold:
    """A constant of a module."""

    module: str
    names: tuple[str, ...]
    value: str
    unit: str
    reason: str


def thresholds() -> Iterator[Threshold]:
    """Read the constants of these rooms."""
    for room in ("creases", "diagnosis", "facts"):
        for path in sorted((PACKAGE / room).rglob("*.py")):
            yield from _constants(path)


def _constants(path: Path) -> Iterator[Threshold]:
    text = path.read_text()
    lines, module = text.splitlines(), path.relative_to(PACKAGE).with_suffix("").as_posix()
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and _has_number(node.value):
            names = tuple(n.id for n in ast.walk(node.targets[0]) if isinstance(n, ast.Name))
            comment = lines[node.end_lineno - 1].partition("  # ")[2]
            above = lines[node.lineno - 2]
            unit, _, reason = (comment or above.removeprefix("# ")).partition(": ")
            if names[0].isupper() and unit != "code":
                yield Threshold(module, names, ast.unparse(node.value), unit, reason)


def _has_number(value: ast.expr) -> bool:
    constants = [n.value for n in ast.walk(value) if isinstance(n, ast.Constant)]
    numbers = any(isinstance(v, int | float) and not isinstance(v, bool) for v in constants)
    return numbers and not isinstance(value, ast.Dict)


def page() -> str:
    """Give the page, one table a module."""
    parts, module = [HEAD], ""
    for found in thresholds():
        if found.module != module:
            module = found.module
            parts.append(f"\n## {module}\n\n| name | value | unit | reason |\n|---|---|---|---|\n")
        names = ", ".join(f"`{name}`" for name in found.names)
        parts.append(f"| {names} | `{found.value}` | {found.unit} | {found.reason} |\n")
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page())
