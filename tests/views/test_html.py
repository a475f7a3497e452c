"""Results as HTML: the texts' own words and numbers, and nothing of a stranger's as markup."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from pages import check

import symgd
from symgd import Status
from symgd.expression.typeset import formula, mathml, shown
from symgd.palette import DARK, LIGHT
from symgd.views.calls import call
from symgd.views.document import Paragraph, Table
from symgd.views.html import html

COSINE = "cos(2*pi*x) + x**2"
HOSTILE = "<script>alert(\"1\")</script>&'x'"


@pytest.fixture(scope="module")
def results():
    return {
        "one": symgd.minimize(COSINE, x0=0, lr=0.01, epochs=100),
        "many": symgd.minimize(COSINE, starts=40, lr=0.02, epochs=30),
        "plane": symgd.minimize("(x**2 + y - 11)**2 + (x + y**2 - 7)**2", bounds=(-6, 6)),
        "domain": symgd.minimize("a*log(x) + 1/x", params={"a": 2}, x0=np.linspace(-1, 5, 30)),
        "none": symgd.minimize("x**3", starts=5),
        "large": symgd.minimize(" + ".join(f"x{i}**2" for i in range(12)), starts=5),
    }


@pytest.fixture(scope="module")
def sweeps():
    return {
        "rates": symgd.sweep(COSINE, x0=[0.1, 1.3], lr=[0.01, 0.02, 0.9], epochs=60),
        "starts": symgd.sweep(COSINE, x0=np.linspace(-2, 2, 21), lr=0.01, epochs=60),
        "params": symgd.sweep("a*x**2 + y**2", x0=[1, 1], params={"a": [1, 2]}, lr=0.1, epochs=9),
        "point": symgd.sweep(COSINE, x0=1.0, lr=0.1, epochs=9),
    }


def flat(words):
    return re.sub(r"\s+", " ", words).strip()


def pieces(words):
    """Give the cells and lines of a text."""
    return [flat(cell) for line in words.splitlines() for cell in re.split("  +", line.strip())]


NAMES = ("one", "many", "plane", "domain", "none", "large")
SWEEPS = ("rates", "starts", "params", "point")


@pytest.mark.parametrize("name", NAMES)
def test_every_number_of_the_summary_is_there(name, results):
    shown = check(results[name]._repr_html_()).text
    points = re.sub(r"[(),]", " ", shown)
    for piece in pieces(results[name].summary()):
        for word in re.sub(r"[(),]", " ", piece).split():
            assert word in points.split(), (piece, word)


@pytest.mark.parametrize("name", SWEEPS)
def test_every_line_of_a_sweeps_summary_is_there(name, sweeps):
    shown = check(sweeps[name]._repr_html_()).text.split()
    for word in " ".join(pieces(sweeps[name].summary())).split():
        assert word in shown


@pytest.mark.parametrize("name", NAMES)
def test_verdicts_stand_with_their_counts_and_colours(name, results):
    markup = results[name]._repr_html_()
    for status, runs in results[name].counts.items():
        row = next(r for r in re.findall("<tr>.*?</tr>", markup) if f">{status.name}<" in r)
        assert f"background: {status.colour}" in row
        assert f">{runs:,}<" in row
        assert status.meaning in row


def test_the_minima_are_a_table(results):
    markup = results["plane"]._repr_html_()
    first = markup[markup.index("<table") : markup.index("</table>")]
    rows = [check(row).words for row in re.findall("<tr>.*?</tr>", first)]
    assert rows[0] == ["(x, y)", "f", "kind", "runs", "share"]
    assert len(rows) == 5
    assert rows[3][:4] == ["2", "(3, 2)", "0", "minimum"] or "(3, 2)" in str(rows)
    assert "NO_MINIMUM" not in markup
    assert "No run reached a verified minimum." in results["none"]._repr_html_()


def test_a_problem_is_typeset_and_quoted():
    page = check(symgd.Problem("a*x**2 + y**2", params={"a": 3})._repr_html_())
    assert "math" in page.tags
    assert "a*x**2 + y**2" in page.text
    assert "a = 3" in page.text


def test_a_term_too_long_for_a_line_is_not_typeset():
    product = "*".join(f"sin(x + {i})" for i in range(9))
    page = check(symgd.Problem(product)._repr_html_())
    assert "math" not in page.tags
    assert product in page.text


def test_nothing_is_fixed_to_black_or_white(results, sweeps):
    for thing in (*results.values(), *sweeps.values(), results["one"].problem):
        markup = thing._repr_html_()
        assert not re.search(r"(?i)\b(black|white)\b(?!-)|#000\b|#fff\b|#0{6}|#f{6}", markup)
        assert "<style" not in markup


def luminance(colour):
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_words_and_spots_are_seen_on_both_grounds():
    for ground in (LIGHT, DARK):
        assert contrast(ground.ink, ground.paper) > 7
        for colour in {status.colour for status in Status} - {"currentColor"}:
            assert contrast(colour, ground.paper) > 2


class Hostile:
    """A problem all of whose words are an attack; the parser lets none of them in."""

    def __init__(self, problem):
        self.honest = problem
        symbols = [sympy.Symbol(HOSTILE, real=True), sympy.Symbol("y", real=True)]
        self.text, self.names = HOSTILE, (HOSTILE, "y")
        self.params = {HOSTILE: 1.0}
        self.domain = [replace(c, text=HOSTILE, needs=HOSTILE) for c in problem.domain]
        self.markup = formula(mathml(symbols[0] + symbols[1], symbols), HOSTILE)

    def __getattr__(self, name):
        return getattr(self.honest, name)


def attacked(thing):
    settings = replace(thing.settings, method=HOSTILE)
    return replace(thing, problem=Hostile(thing.problem), settings=settings)


def hostile_sweep():
    swept = symgd.sweep("log(x) + y**2", x0=[[-1, 0], [1, 1]], lr=[0.1, 0.2], epochs=5)
    coords = {HOSTILE * 3: swept.coords["x0"], "lr": swept.coords["lr"]}
    fixed = {HOSTILE * 2: 1.0, "epochs": 5.0}
    return attacked(replace(swept, dims=tuple(coords), coords=coords, fixed=fixed))


def test_words_of_strangers_are_words(tmp_path):
    starts = [[-1, 0], [1, 1], [2, 3]]
    result = attacked(symgd.minimize("log(x)*(x - 2) + y**2", x0=starts, lr=0.1, epochs=500))
    swept = hostile_sweep()
    assert result.minima
    assert Status.OUT_OF_DOMAIN in result.counts
    for thing in (result, swept):
        thing.report(tmp_path / "page.html")
        page = (tmp_path / "page.html").read_text("utf-8")
        for markup in (thing._repr_html_(), page):
            assert "alert(" in check(markup).text
            assert "<script" not in markup
        assert page.count("&lt;script&gt;") > (12 if thing is result else 6)
    hostile = shown(result.problem.markup, HOSTILE, result.problem.params)
    assert "alert(" in check(hostile).text
    assert "<script" not in hostile


@given(st.text("<>&\"'= \nab0_,()%", max_size=40))
def test_any_words_come_out_as_they_went_in(words):
    table = Table("", [[words, "x"]], "<>", ["", "verdict"])
    cells = check(html([table])).words
    assert [flat(cell) for cell in cells] == [
        "verdict",
        *([flat(words)] if words.strip() else []),
        "x",
    ]
    assert flat(check(html([Paragraph(words)])).text) == flat(words)


def again(code, **names):
    """Run the call that a page shows; the text is our own here."""
    return eval(code, {"symgd": symgd, **names})  # noqa: S307


@pytest.mark.filterwarnings("ignore::symgd.RateWarning")
@pytest.mark.parametrize("name", NAMES)
def test_the_call_makes_the_same_runs(name, results):
    result = results[name]
    made = again(call(result), x0=result.runs.x0)
    np.testing.assert_array_equal(made.runs.x, result.runs.x)
    np.testing.assert_array_equal(made.runs.status, result.runs.status)


def test_the_call_makes_the_same_continuations_and_history():
    result = symgd.minimize(COSINE, x0=[0.0, 1.0], escape=True, bounds={"x": (-3, None)}, history=2)
    made = again(call(result), x0=[0.0, 1.0])
    np.testing.assert_array_equal(made.history[1], result.history[1])
    np.testing.assert_array_equal(made.runs.x, result.runs.x)
    assert made.settings == result.settings


@pytest.mark.parametrize("name", SWEEPS)
def test_the_call_makes_the_same_sweep(name, sweeps):
    swept = sweeps[name]
    made = again(call(swept), **swept.coords)
    assert made.dims == swept.dims
    np.testing.assert_array_equal(made.x, swept.x)


def test_the_call_of_a_part_makes_that_part():
    swept = symgd.sweep("a*x**2 + y**2", x0=[[1, 1], [2, 3]], params={"a": [1, 2]}, lr=[0.1, 0.2])
    part = swept[1, :, 1]
    made = again(call(part), **part.coords)
    np.testing.assert_array_equal(made.x, part.x)
    assert "a: 2 values from 1 to 2" in call(part)
