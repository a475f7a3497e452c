"""Planted faults are what they say, and tests that see them are told from tests that do not."""

from __future__ import annotations

import random

import pytest

from benchmarks import mutants
from benchmarks.mutants import Mutant, chosen, outcome

CODE = '''\
LIMIT = 3


def inside(x: int | None, most=2) -> bool:
    """Tell."""
    if x is None or not most:
        return False
    for y in zip([x], [x], strict=True):
        print(y)
    return -1 < x <= most + 10 if abs(x) else f"{x > 1}"
'''
FAULTS = [
    "x is None or not most -> (x is None and (not most))",
    "x is None -> (x is not None)",
    "not most -> (most)",
    "False -> (True)",
    "abs(x) -> (not abs(x))",
    "-1 < x <= most + 10 -> (-1 <= x <= most + 10)",
    "-1 < x <= most + 10 -> (-1 < x < most + 10)",
    "-1 -> (1)",
    "1 -> (2)",
    "most + 10 -> (most - 10)",
    "10 -> (11)",
]


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """Give a tree of one module, with a test that sees the border and one that sees nothing."""
    monkeypatch.setattr(mutants, "ROOT", tmp_path)
    for room in ("symgd/room", "tests/room", "tests/other"):
        (tmp_path / room).mkdir(parents=True)
    (tmp_path / "symgd/__init__.py").write_text("")  # else another symgd comes before it
    (tmp_path / "symgd/room/small.py").write_text(CODE)
    (tmp_path / "tests/room/test_small.py").write_text(
        "from symgd.room.small import inside\n"
        "def test_border():\n    assert inside(12) and not inside(13)\n"
        "def test_type():\n    assert inside(1) in (True, False)\n"
    )
    (tmp_path / "tests/other/test_large.py").write_text("def test_all():\n    assert True\n")
    return tmp_path


def faults(tree):
    return list(mutants.mutants(tree / "symgd/room/small.py", CODE))


def test_faults_of_a_function_are_these(tree):
    said = sorted(str(fault) for fault in faults(tree))
    lines = {fault.partition(": ")[0] for fault in said}
    assert sorted(fault.partition(": ")[2] for fault in said) == sorted(FAULTS)
    assert lines == {f"symgd/room/small.py:{line}" for line in (6, 7, 10)}


def test_a_planted_fault_changes_its_place_only(tree):
    for fault in faults(tree):
        text = fault.planted(CODE)
        compile(text, "small", "exec")
        assert len(text) - len(CODE) == len(fault.after) - len(fault.before)
        assert text[: fault.start] == CODE[: fault.start]


def test_places_are_counted_in_bytes():
    fault = Mutant(mutants.ROOT / "x.py", 1, 7, 8, "1", "(2)")
    assert fault.planted("'é' + 1") == "'é' + (2)"


@pytest.mark.parametrize(("name", "found"), [("border", "seen"), ("type", "survives")])
def test_a_fault_is_seen_by_a_test_that_depends_on_it(tree, name, found):
    (fault,) = (fault for fault in faults(tree) if str(fault).endswith("10 -> (11)"))
    assert outcome(fault, [f"tests/room/test_small.py::test_{name}"], tree) == found
    assert (tree / "symgd/room/small.py").read_text() == CODE


def test_a_fault_on_a_line_without_tests_is_told(tree):
    assert outcome(faults(tree)[0], [], tree) == "no test comes here"


def test_chosen_the_same_room_come_before_others(tree):
    fault, rng = faults(tree)[0], random.Random(1)
    both = {fault.line: ["", "test_large.test_all", "test_small.test_border"]}
    assert chosen(fault, both, rng) == ["tests/room/test_small.py::test_border"]
    far = {
        fault.line: ["test_large.test_all.<locals>.test_one", "helper.test_x", "test_small.other"]
    }
    assert chosen(fault, far, rng) == ["tests/other/test_large.py::test_all"]
