"""Small faults planted in the code, one at a time, and whether tests see them.

``python -m benchmarks.mutants 40 7 symgd/diagnosis symgd/expression`` plants 40 faults of the
seed 7 in functions of these folders, in a copy of the tree. For each it runs tests that come to its
line, those of the folder in `tests/` named as that of the module, where there are such. Which these
are it reads from ``.coverage``, which a run of the tests under coverage leaves.

A fault is a turned comparison, sign, condition, connective or truth value, or a number that is one
larger. Faults that survive are printed: a test is missing, or both versions do the same.
"""

from __future__ import annotations

import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
_MOST_TESTS = 20  # for one fault
_GIVEN_UP = 240  # seconds
_TURNED: dict[type, type] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A fault: what stands at a place of a file, and what is put there."""

    path: Path
    line: int
    start: int
    end: int
    before: str
    after: str

    def planted(self, text: str) -> str:
        """Give the text of the file with the fault."""
        raw = text.encode()
        return (raw[: self.start] + self.after.encode() + raw[self.end :]).decode()

    def __str__(self) -> str:
        """Say where it is and what it does."""
        return f"{self.path.relative_to(ROOT)}:{self.line}: {self.before} -> {self.after}"


def mutants(path: Path, text: str) -> Iterator[Mutant]:
    """Give the faults of a file, in the order of its nodes.

    Parameters
    ----------
    path : Path
        Where the file is.
    text : str
        What is in it.

    Yields
    ------
    Mutant
    """
    lengths = [len(line.encode()) for line in text.splitlines(keepends=True)]
    begins = [sum(lengths[:row]) for row in range(len(lengths))]
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    inner = {id(n) for f in functions for n in ast.walk(f) if n is not f}
    for function in functions:
        for node in [] if id(function) in inner else _code(function):
            for place, after in _faults(node):
                start = begins[place.lineno - 1] + place.col_offset
                end = begins[place.end_lineno - 1] + place.end_col_offset
                before = text.encode()[start:end].decode()
                yield Mutant(path, place.lineno, start, end, before, f"({after})")


def _code(node: ast.AST) -> Iterator[ast.AST]:
    """Walk through what a call runs, without its arguments and types."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "args") and not isinstance(node, ast.Call):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _silent(child):
                yield from _code(child)


def _silent(node: ast.AST) -> bool:
    """Tell what is left out: f-strings, whose places are not told, and ``strict=``, a guard."""
    return isinstance(node, ast.JoinedStr) or getattr(node, "arg", None) == "strict"


def _faults(node: ast.AST) -> Iterator[tuple[Any, str]]:
    """Give what may be turned of a node, and into what."""
    if isinstance(node, ast.Compare):
        for i, op in enumerate(node.ops):
            ops = [*node.ops[:i], _TURNED[type(op)](), *node.ops[i + 1 :]]
            yield node, ast.unparse(ast.Compare(node.left, ops, node.comparators))
    elif isinstance(node, ast.BinOp) and type(node.op) in _TURNED:
        yield node, ast.unparse(ast.BinOp(node.left, _TURNED[type(node.op)](), node.right))
    elif isinstance(node, ast.BoolOp):
        yield node, ast.unparse(ast.BoolOp(_TURNED[type(node.op)](), node.values))
    elif isinstance(node, ast.UnaryOp):
        yield node, ast.unparse(node.operand)
    elif isinstance(node, ast.If | ast.While | ast.IfExp):
        if isinstance(node.test, ast.Name | ast.Call | ast.Attribute):
            yield node.test, f"not {ast.unparse(node.test)}"
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield node, str(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield node, repr(node.value + 1)


def chosen(mutant: Mutant, lines: dict[int, list[str]], rng: random.Random) -> list[str]:
    """Give the tests that come to the line of a fault, at most so many, those of its room first."""
    files = {path.stem: path for path in (ROOT / "tests").rglob("test_*.py")}
    ids = set()
    for context in lines.get(mutant.line, []):
        stem, name, *_ = [*context.split("."), ""]
        if stem in files and f"def {name}(" in files[stem].read_text():
            ids.add(f"{files[stem].relative_to(ROOT)}::{name}")
    room = f"tests/{mutant.path.relative_to(ROOT / 'symgd').parts[0]}/"
    ids = [name for name in sorted(ids) if name.startswith(room)] or sorted(ids)
    rng.shuffle(ids)
    return ids[:_MOST_TESTS]


def outcome(mutant: Mutant, ids: Sequence[str], tree: Path) -> str:
    """Plant a fault in a copy of the tree, run tests there, and take it out again."""
    if not ids:
        return "no test comes here"
    place = tree / mutant.path.relative_to(ROOT)
    whole = place.read_text()
    place.write_text(mutant.planted(whole))
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *ids]
    surroundings = os.environ | {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command, cwd=tree, env=surroundings, capture_output=True, timeout=_GIVEN_UP
        )
    except subprocess.TimeoutExpired:
        return "tests do not end"
    finally:
        place.write_text(whole)
    return {0: "survives", 4: "no such test"}.get(done.returncode, "seen")


def main(words: Sequence[str]) -> None:
    """Plant faults, and print those that survive."""
    from coverage import CoverageData

    count, seed, paths = int(words[0]), int(words[1]), [ROOT / word for word in words[2:]]
    files = [file for path in paths for file in sorted(path.rglob("*.py")) or [path]]
    rng = random.Random(seed)
    every = [mutant for file in files for mutant in mutants(file, file.read_text())]
    data = CoverageData(str(ROOT / ".coverage"))
    data.read()
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(".git", ".coverage*", "_build"))
        for mutant in rng.sample(every, min(count, len(every))):
            lines = data.contexts_by_lineno(str(mutant.path))
            found = outcome(mutant, chosen(mutant, lines, rng), tree)
            counts[found] += 1
            print(f"{found:20} {mutant}", flush=True)
    print(f"of {len(every)} faults {counts.total()}:", dict(counts))


if __name__ == "__main__":
    main(sys.argv[1:])
