"""No text runs code, hangs, or ends in anything but an `ExpressionError` or a plain formula."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from symgd.errors import ExpressionError
from symgd.expression import Formula, read
from symgd.expression.functions import BY_CLASS, BY_SPELLING, own

SECONDS = 3.0  # of processor time; a second on a quiet machine, with room for a slow one
CORPUS = json.loads((Path(__file__).parents[1] / "data" / "hostile.json").read_text())
PLAIN = CORPUS.pop("plain")
SHORT = [(kind, text) for kind, texts in CORPUS.items() for text in texts]


def _nested(opening: str, depth: int, closing: str = ")", core: str = "x") -> str:
    return opening * depth + core + closing * depth


LONG_REFUSED = {
    "brackets": _nested("(", 61),
    "many brackets": _nested("(", 4000),
    "open brackets": "(" * 8000,
    "signs": "-" * 5000 + "x",
    "negations": "~" * 500 + "x",
    "calls": _nested("sin(", 61),
    "open calls": "max(" * 2000,
    "power chain": "x" + "^x" * 2700,
    "power brackets": _nested("x**(", 31),
    "where": _nested("where(x>0,", 61, ",1)"),
    "pairs": "Piecewise(" + "(x,x<1)," * 61 + "(1,True))",
    "simplified twice as long": _nested("sin(atan(", 29, "))"),
    "simplified to roots": _nested("sinh(acosh(", 29, "))"),
    "simplified to quotients": _nested("tan(acos(", 29, "))"),
    "roots of roots": _nested("sqrt(", 30),
    "characters": "x+" * 4096 + "x",
    "spaces": " " * 9000,
    "digits": "1" * 8192,
    "digits of a float": "0." + "1" * 41 + "*x",
    "digits of an exponent": "1e" + "1" * 41 + "*x",
    "name": "x" * 33,
    "names": "+".join(f"v{i}" for i in range(65)),
    "missing operators": "x " * 4096,
    "commas": "max(" + "," * 5000,
    "factors": "x" + "*x" * 2000,
    "factors without operators": "sin(x)" * 1000,
}
LONG_PLAIN = {
    "terms": "+".join(["x"] * 4096),
    "different terms": "+".join(f"x{i % 60}" for i in range(2000)),
    "factors": "*".join(f"(x-{i})" for i in range(700)),
    "divisors": "+".join(f"1/(x-{i}.5)" for i in range(600)),
    "constant divisors": "x/" + "/".join(["3"] * 600),
    "roots": "+".join(f"sqrt({i})*x" for i in range(2, 500)),
    "product of roots": "*".join(f"sqrt({i}*x)" for i in range(2, 150)),
    "seventh roots": "+".join(f"({10**38 + i}*x)**(1/7)" for i in range(100)),
    "max": "max(" + ",".join(f"x*{i}" for i in range(60)) + ")",
    "min of many": "Min(" + ",".join(f"sin(x*{i})" for i in range(400)) + ")",
    "exponentials": "*".join(f"exp(x*{i})" for i in range(1, 500)),
    "conditions": "where(" + "&".join(f"(x>{i})" for i in range(900)) + ",1,x)",
    "comparisons": "where(" + "<".join(f"x{i % 60}" for i in range(1500)) + ",1,x)",
    "sines": _nested("sin(", 60),
    "absolute values": _nested("sqrt(abs(", 6, "))"),
    "where": _nested("where(x>0,", 59, ",log(x))"),
    "towers": _nested("x**(", 29),
    "powers": _nested("(", 60, "+x)^2"),
    "hypot": _nested("hypot(", 58, ",x)"),
    "fractions": _nested("1/(x+", 60),
}

_sources: list[str] = []
_watching = False


def _hook(event: str, args: tuple[object, ...]) -> None:
    if _watching and event == "compile":
        _sources.append(str(args[0]))
    if _watching and event in ("os.system", "subprocess.Popen", "socket.connect"):
        _sources.append(event)


sys.addaudithook(_hook)


@contextmanager
def _watched() -> Iterator[list[str]]:
    """Collect what Python compiles from text, and whatever leaves the process."""
    global _watching
    _sources.clear()
    _watching = True
    try:
        yield _sources
    finally:
        _watching = False


def _outcome(text: str) -> Formula | ExpressionError:
    start = time.process_time()
    try:
        result: Formula | ExpressionError = read(text)
    except ExpressionError as error:
        result = error
    assert time.process_time() - start < SECONDS
    if isinstance(result, ExpressionError):
        assert 0 <= result.column <= len(text) + 1
        assert 1 <= len(str(result).splitlines()) <= 3
    return result


def _assert_plain(formula: Formula) -> None:
    known = (sympy.Add, sympy.Mul, sympy.Pow, sympy.Symbol, sympy.Number, sympy.NumberSymbol)
    for node in sympy.preorder_traversal(formula.expr):
        assert isinstance(node, known) or node.func in BY_CLASS
    assert own(formula.expr) == formula.expr


def test_the_corpus_is_large():
    assert len(SHORT) + len(LONG_REFUSED) > 350
    assert set(CORPUS) >= {"code", "attributes", "towers", "factorials", "look-alikes", "booleans"}


@pytest.mark.parametrize(("kind", "text"), SHORT)
def test_hostile_text_is_refused(kind, text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with _watched() as sources:
        outcome = _outcome(text)
    assert isinstance(outcome, ExpressionError)
    assert not [s for s in sources if text.strip() and text in s and len(text) > 3]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", LONG_REFUSED)
def test_endless_text_is_refused(name):
    assert isinstance(_outcome(LONG_REFUSED[name]), ExpressionError)


@pytest.mark.parametrize("text", [t for t in PLAIN if len(t) < 60])
def test_odd_but_plain_text_is_read(text):
    formula = _outcome(text)
    assert isinstance(formula, Formula)
    _assert_plain(formula)


@pytest.mark.parametrize("name", LONG_PLAIN)
def test_long_but_plain_text_is_read_in_time(name):
    assert len(LONG_PLAIN[name]) <= 8192
    formula = _outcome(LONG_PLAIN[name])
    assert isinstance(formula, Formula)


TOKENS = st.sampled_from(
    [
        *("x", "y", "x2", "S", "lambda", "2", "0.5", "1e9", "1e308", "0", "pi", "e", "E", "I"),
        *("oo", "nan", "True", "None", "_", ".", "!", "'", "[", "]", "\0", "\u0445", " "),
        *("+", "-", "*", "/", "**", "^", "(", "(", ")", ")", ",", "<", ">=", "==", "&", "|", "~"),
        *("sin", "log(", "max(", "where(", "Piecewise((", ",True))", "and", "**1000", "1/0"),
    ]
)


@settings(deadline=None, max_examples=300)
@given(st.lists(TOKENS, max_size=25).map("".join))
def test_random_tokens(text):
    outcome = _outcome(text)
    if isinstance(outcome, Formula):
        _assert_plain(outcome)


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=30))
def test_random_text(text):
    _outcome(text)


CONDITIONS = {
    "less",
    "less_equal",
    "equal",
    "not_equal",
    "logical_and",
    "logical_or",
    "logical_not",
}
CALLS = [(s, row) for s, row in BY_SPELLING.items() if row.name not in {*CONDITIONS, "where"}]
LEAVES = st.sampled_from(["x", "y", "0", "1", "-2", "3", "0.5", "1/3", "pi", "e", "1000", "1e300"])


def _grow(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["+", "-", "*", "/", "**", "^"])
    comparisons = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
    calls = st.sampled_from(CALLS).flatmap(
        lambda call: st.lists(parts, min_size=call[1].arity, max_size=call[1].arity).map(
            lambda args: f"{call[0]}({','.join(args)})"
        )
    )
    return st.one_of(
        st.tuples(parts, operators, parts).map("({0[0]}{0[1]}{0[2]})".format),
        parts.map("-{}".format),
        calls,
        st.tuples(parts, comparisons, parts, parts, parts).map(
            "where({0[0]}{0[1]}{0[2]},{0[3]},{0[4]})".format
        ),
        st.tuples(parts, parts).map("Piecewise(({0[0]},x<y),({0[1]},True))".format),
    )


@settings(deadline=None, max_examples=400)
@given(st.recursive(LEAVES, _grow, max_leaves=12))
def test_random_formulas(text):
    outcome = _outcome(text)
    if isinstance(outcome, Formula):
        _assert_plain(outcome)
        names = [v.name for v in outcome.variables]
        again = read(str(outcome.expr), variables=names)
        assert isinstance(again, Formula)
