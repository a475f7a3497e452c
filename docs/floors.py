"""The table of floors in architecture.md, from the import contract and the modules' docstrings.

``python docs/floors.py`` writes it.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

PAGE = Path(__file__).with_name("architecture.md")
TOP = PAGE.parents[1]
BEGIN, END = "<!-- floors -->\n", "<!-- end of floors -->\n"


def floors() -> list[list[str]]:
    """Give the modules of each floor, the highest first."""
    linter = tomllib.loads((TOP / "pyproject.toml").read_text())["tool"]["importlinter"]
    (layers,) = [c["layers"] for c in linter["contracts"] if c["type"] == "layers"]
    return [[name.strip() for name in layer.split("|")] for layer in layers]


def source(module: str) -> Path:
    """Give the file of a module, or of the beginning of a package."""
    path = TOP.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def job(module: str) -> str:
    """Give the first line of a module's docstring."""
    text = ast.get_docstring(ast.parse(source(module).read_text())) or ""
    return text.partition("\n")[0].removesuffix(".")


def table() -> str:
    """Write the table."""
    return "".join(["| floor | module | its one job |\n|---|---|---|\n", *_rows()])


def _rows() -> Iterator[str]:
    for floor, modules in zip(range(len(floors()), 0, -1), floors(), strict=True):
        for module in modules:
            name = module.removeprefix("symgd.").replace(".", "/")
            name += "/" if source(module).name == "__init__.py" else ""
            yield f"| {floor} | `{name}` | {job(module)} |\n"


def page() -> str:
    """Give the page with the table as it should be."""
    head, _, rest = PAGE.read_text().partition(BEGIN)
    return head + BEGIN + table() + END + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(page())
