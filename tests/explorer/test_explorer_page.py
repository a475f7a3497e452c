"""The page as a file: whole, silent and harmless, and small."""

from __future__ import annotations

import base64
import hashlib
import pickle
import re
from html import unescape
from importlib.resources import files
from pathlib import Path

import pytest
from pages import Page as Reader

from symgd import ConfigurationError, ExpressionError, Problem
from symgd.palette import BLUE

ROOT = Path(__file__).parents[2]


def sealed(text):
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


PAGES = {
    "one variable": ("cos(2*pi*x) + x**2", None),
    "two variables": ("(x**2 + y - 11)**2 + (x + y**2 - 7)**2", None),
    "parameters and a domain": ("a*log(x - b) + where(x < 3, x, x**2)", {"a": -2, "b": 0.5}),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_for_nothing_and_is_small(name):
    text, params = PAGES[name]
    html = Problem(text, params=params).explore().html
    assert len(html.encode()) < 100_000
    assert "://" not in html.replace("http://www.w3.org/1998/Math/MathML", "")
    page = Reader(html)
    assert page.faults == []
    assert {name for name, _ in page.attributes}.isdisjoint({"src", "style", "onclick", "action"})
    assert [value for name, value in page.attributes if name == "href"] == ["data:,"]
    assert not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|eval|Function|innerHTML)\b", html)


@pytest.mark.parametrize("name", PAGES)
def test_its_policy_allows_its_own_script_and_style_only(name):
    text, params = PAGES[name]
    html = Problem(text, params=params).explore().html
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    styles = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    assert (len(scripts), len(styles)) == (1, 1)
    assert html.count("<script") == html.count("<style") == 1
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="(.*?)"', html)
    rules = dict(rule.split(" ", 1) for rule in unescape(policy).split("; "))
    assert rules == {
        "default-src": "'none'",
        "script-src": f"'{sealed(scripts[0])}'",
        "style-src": f"'{sealed(styles[0])}'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


EVIL = "</script><img/src=x onerror=alert(1)>"


@pytest.mark.parametrize("expr", ["x**2", "exp(-" + "x*" * 60 + "x)"])  # typeset, and as text
def test_a_text_with_html_in_it_stays_text(expr, monkeypatch):
    problem = Problem(expr)
    monkeypatch.setattr(problem.symbolic, "text", EVIL)  # no formula that can be read has such one
    html = problem.explore().html
    assert EVIL not in html
    assert f"symgd: {EVIL}" in "".join(Reader(html).words)
    assert html.count("<img") == 0


def test_conditions_of_the_domain_stay_text():
    html = Problem("log(x)*where(x < 1, 2, 3)").explore().html
    (data,) = re.findall(r"const FORMULA = (.*?);\n", html)
    assert not set("<>&") & set(data)
    assert r"x \u003e 0" in data


def test_everything_the_page_is_made_of_is_in_the_package():
    folder = files("symgd.explorer")
    assets = [p.name for p in folder.iterdir() if p.name.endswith((".js", ".css", ".html"))]
    assert len(assets) >= 10
    source = (ROOT / "symgd" / "explorer" / "page.py").read_text()
    assert not [name for name in assets if name not in source]


def test_the_style_has_the_blue_of_the_palette():
    css = files("symgd.explorer").joinpath("page.css").read_text()
    assert {c.upper() for c in re.findall("#[0-9a-fA-F]{6}", css)} == {BLUE.upper()}


def test_the_same_formula_gives_the_same_page():
    assert Problem("x**2").explore().html == Problem("x**2").explore().html


def test_a_notebook_shows_it_in_a_frame_without_rights():
    page = Problem("x**2").explore()
    frame = page._repr_html_()
    (inside,) = (value for name, value in Reader(frame).attributes if name == "srcdoc")
    assert inside == page.html
    assert 'sandbox="allow-scripts"' in frame


def test_save_writes_it_whole(tmp_path):
    page = Problem("x**2").explore()
    page.save(tmp_path / "page.html")
    assert (tmp_path / "page.html").read_bytes().decode() == page.html
    assert [p.name for p in tmp_path.iterdir()] == ["page.html"]
    assert pickle.loads(pickle.dumps(page)).html == page.html


WRONG = [
    ({"x0": [1.0, 2.0]}, "x0"),
    ({"x0": float("nan")}, "x0"),
    ({"lr": 0}, "lr"),
    ({"lr": "fast"}, "lr"),
    ({"epochs": 0}, "epochs"),
    ({"epochs": 10**6}, "epochs"),
    ({"method": "newton"}, "method"),
    ({"method": None}, "method"),
    ({"start_box": (1, 0)}, "start_box"),
    ({"start_box": (0, None)}, "start_box"),
    ({"learning_rate": 0.1}, "learning_rate"),
]


@pytest.mark.parametrize(("given", "named"), WRONG)
def test_wrong_arguments_are_named(given, named):
    with pytest.raises(ConfigurationError) as caught:
        Problem("x**2").explore(**given)
    assert caught.value.argument.startswith(named)


def test_the_nearest_method_and_keyword_are_told():
    with pytest.raises(ConfigurationError, match="did you mean momentum"):
        Problem("x**2").explore(method="momentun")
    with pytest.raises(ConfigurationError, match="did you mean lr"):
        Problem("x**2").explore(learning_rate=0.1)


def test_more_than_two_variables_are_refused():
    with pytest.raises(ConfigurationError, match="one variable or two"):
        Problem("x + y + z").explore()


def test_a_formula_that_is_too_large_for_a_page_is_refused(monkeypatch):
    monkeypatch.setattr("symgd.explorer.page._MOST", 10_000)
    with pytest.raises(ExpressionError, match="too large for a page"):
        Problem("x**2").explore()
