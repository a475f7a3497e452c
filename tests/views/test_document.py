"""Documents: the same words in a terminal, in HTML and in Markdown, none of them as marks."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from pages import check

import symgd
from symgd.views import sweep_text, text
from symgd.views.document import (
    WIDTH,
    Code,
    Paragraph,
    Picture,
    Table,
    lines,
    markdown,
    terminal,
)
from symgd.views.html import html

COSINE = "cos(2*pi*x) + x**2"


def words(shown):
    return re.sub(r"\s+", " ", shown).strip()


def rendered(document):
    """Read Markdown as CommonMark with tables does."""
    return MarkdownIt("commonmark").enable("table").render(markdown(document))


def test_parts_stand_apart_or_close():
    document = [Paragraph("one"), *lines(["two", "three"], indent=2), Paragraph("four")]
    assert terminal(document) == "one\n  two\n  three\n\nfour"


def test_lines_are_broken_with_their_indentation_but_never_in_an_equation():
    equation = f"x = {'1' * 60}"
    broken = terminal([Paragraph(f"{'word ' * 14}{equation} {equation}", 2, 4)]).splitlines()
    assert [line[: len(line) - len(line.lstrip())] for line in broken] == ["  ", "      ", "      "]
    assert all(len(line) <= WIDTH for line in broken)
    assert broken[1].strip() == broken[2].strip() == equation


def test_columns_are_aligned_below_their_head():
    rows = [["1", "short", "2.5"], ["100", "much longer", "-3"]]
    table = Table("Title:", rows, "><>", ["n", "name", "x"], indent=1)
    assert terminal([table]).splitlines() == [
        "Title:",
        "   n  name           x",
        "   1  short        2.5",
        " 100  much longer   -3",
    ]


def test_the_last_column_may_be_broken():
    rows = [["a:", "word " * 30], ["long:", "x"]]
    shown = terminal([Table("", rows, "<<", indent=2, gap=1, wrapped=True)]).splitlines()
    assert shown[0].startswith("  a:    word")
    assert shown[1].startswith("        word")
    assert shown[-1] == "  long: x"
    assert max(map(len, shown)) <= WIDTH


def test_code_and_pictures():
    document = [Code("a ``` b", "<math>a</math>"), Picture("a *title*", "<svg></svg>", "<svg/>")]
    assert terminal(document) == "a ``` b\n\na *title*"
    assert words(check(rendered(document)).text) == "a ``` b a *title*"
    assert html(document).count("<svg") == 2
    assert "<math>" in html(document)
    assert check(html([Code("<script>")])).text == "<script>"


@given(st.text("*_`[]()<>#+-.!|~&$\\=1 ab\n", max_size=30))
@example("11. a")
@example("- 1) a")
def test_any_words_come_out_of_markdown_as_they_went_in(said):
    assert words(check(rendered([Paragraph(said)])).text) == words(said)
    item = [Paragraph("title"), *lines([f"x{said}"], indent=2)]
    assert words(check(rendered(item)).text) == words(f"title x{said}")
    cells = check(rendered([Table("", [[f"x{said}", "y"]], "<>", ["head", "z"])])).words
    assert [words(cell) for cell in cells if cell.strip()] == ["head", "z", words(f"x{said}"), "y"]


@pytest.fixture(scope="module")
def documents():
    many = symgd.minimize(COSINE, starts=30, lr=0.02, epochs=30)
    plane = symgd.minimize("(x**2 + y - 11)**2 + (x + y**2 - 7)**2", bounds=(-6, 6))
    rates = symgd.sweep(COSINE, x0=[0.1, 1.3], lr=[0.01, 0.02, 0.9], epochs=[9, 60])
    starts = symgd.sweep(COSINE, x0=np.linspace(-2, 2, 21), lr=0.01, epochs=60)
    found = [sweep_text.summary(sweep) for sweep in (rates, starts)]
    for result in (many, plane):
        rows = [result.best, 3, *text.representatives(result).values()]
        known = result.facts.about(rows, lowest=result.success, minima=True)
        found += [text.summary(result, known), text.explain(result, known)]
        found += [text.story(result, 3, known)]
    return found


def test_a_terminal_a_page_and_markdown_say_the_same(documents):
    for document in documents:
        said = words(terminal(document))
        assert words(check(html(document)).text) == said
        assert words(check(rendered(document)).text) == said
