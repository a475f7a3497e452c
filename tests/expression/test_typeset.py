"""MathML of formulas, read back by a parser."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET

import pytest
import sympy
from hypothesis import given, reject
from hypothesis import strategies as st

import symgd
from symgd.expression.typeset import mathml

ENTITIES = re.compile(r"&(?!lt;|gt;|amp;|quot;|#)\w+;")


def pieces(markup):
    """Parse the elements, whose entities HTML knows and XML does not."""
    plain = ENTITIES.sub(lambda match: html.unescape(match[0]), markup)
    return list(ET.fromstring(f"<all>{plain}</all>"))


def words(formula):
    """Give the letters of each piece, without spaces and marks that are not seen."""
    found = ("".join(piece.itertext()) for piece in pieces(symgd.Problem(formula).mathml))
    return [re.sub(r"[\u2062\u2061\s]", "", text) for text in found]


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("x**2 - 3", ["f(x)=", "x2", "\u22123"]),
        ("cos(2*pi*x)", ["f(x)=", "cos(2\u03c0x)"]),
        ("abs(x)", ["f(x)=", "|x|"]),
        ("2*10**x", ["f(x)=", "2\u00b710x"]),
        ("3*sqrt(2)*x", ["f(x)=", "32x"]),
        ("where(0 < x, x, y)", ["f(x,y)=", "{xifx>0yotherwise"]),
        ("where((x <= 1) & ~(y == 2), x, 3)", ["f(x,y)=", "{xif(x\u22641)\u2227(\u00ac(y=2))3otherwise"]),  # noqa: E501
        ("where((x != 1) | (y > 2), x, 3)", ["f(x,y)=", "{xif(x\u22601)\u2228(y>2)3otherwise"]),
        ("log2(x)", ["f(x)=", "log2(x)"]),
        ("a + b + c + d + k", ["f=", "a", "+b", "+c", "+d", "+k"]),
        ("-x", ["f(x)=", "\u2212x"]),
        ("e**(x + 1)", ["f(x)=", "ex+1"]),
    ],
)  # fmt: skip
def test_formulas_read_as_mathematics(formula, expected):
    assert words(formula) == expected


def test_a_power_and_a_root_are_drawn():
    (_, power) = pieces(symgd.Problem("x**3").mathml)
    (_, root) = pieces(symgd.Problem("cbrt(x)").mathml)
    assert ["".join(e.itertext()) for e in power.find(".//msup")] == ["x", "3"]
    assert ["".join(e.itertext()) for e in root.find(".//mroot")] == ["x", "3"]


def test_greek_names_are_letters():
    assert words("alpha*x_1") == ["f(\u03b1,x1)=", "\u03b1x1"]


def test_a_sign_between_pieces_stands_as_between_terms():
    signs = [piece.find(".//mo") for piece in pieces(symgd.Problem("-x**2 - y").mathml)[1:]]
    assert [sign.get("form") for sign in signs] == [None, "infix"]


def test_a_name_is_never_markup():
    hostile = sympy.Symbol('<script>alert("&")</script>', real=True)
    markup = mathml(hostile**2 + sympy.Symbol("b<i"), [hostile])
    assert "<script" not in markup
    assert "b<i" not in markup


@given(
    st.recursive(
        st.sampled_from(["x", "y", "2", "0.5", "pi", "alpha"]),
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda p: f"({p[0]}{p[1]}{p[2]})"),
            st.tuples(st.sampled_from(["sin", "abs", "cbrt", "exp", "erf", "max"]), inner).map(
                lambda p: f"{p[0]}({p[1]}{', y' if p[0] == 'max' else ''})"
            ),
            st.tuples(inner, inner, inner).map(lambda p: f"where({p[0]} < {p[1]}, {p[2]}, x)"),
        ),
        max_leaves=6,
    )
)
def test_every_formula_gives_well_formed_elements(formula):
    try:
        problem = symgd.Problem(f"{formula} + x")
    except symgd.ExpressionError:  # exp(exp(exp(2))) is no float
        reject()
    found = pieces(problem.mathml)
    assert {piece.tag for piece in found} == {"math"}
    assert "".join(found[0].itertext()).startswith("f(")
