"""The report with the explorer in it: one script in one frame, and nothing without JavaScript."""

from __future__ import annotations

import re
from html import unescape

import numpy as np
import pytest
from browser import chromium
from explored import needs_chromium
from pages import Page, check

import symgd
from symgd import ConfigurationError

TRAP = "cos(2*pi*x) + x**2"
LOUD = ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded")
HIDDEN = (
    "<style>@media print { .live { display: none; } }</style>"
    "<noscript><style>.live { display: none; }</style></noscript>"
)


@pytest.fixture(scope="module")
def result():
    return symgd.minimize(TRAP, x0=0, lr=0.01, epochs=100)


@pytest.fixture(scope="module")
def folder(result, tmp_path_factory):
    found = tmp_path_factory.mktemp("pages")
    result.report(found / "plain.html")
    result.report(found / "live.html", live=True)
    return found


def policy(html):
    (text,) = re.findall(r'http-equiv="Content-Security-Policy" content="(.*?)"', html)
    return dict(rule.split(" ", 1) for rule in unescape(text).split("; "))


def test_without_its_explorer_the_page_is_that_of_a_plain_report(folder):
    plain, live = ((folder / f"{name}.html").read_text() for name in ("plain", "live"))
    assert live.count(HIDDEN) == 1
    before = re.sub('<section class="live">.*</section>', "", live.replace(HIDDEN, ""), flags=re.S)
    before = re.sub(r"; script-src '[^']*'", "", before)
    drawn = re.compile(r"<figure>.*?</figure>", re.S)  # names of parts of pictures are random
    assert drawn.sub("", before) == drawn.sub("", plain)
    check(plain)


def test_the_frame_holds_the_explorer_and_may_do_nothing_but_compute(folder, result):
    page = Page((folder / "live.html").read_text())
    assert page.faults == []
    assert page.tags.count("iframe") == 1
    assert {"script", "object", "embed", "form"}.isdisjoint(page.tags)
    found = dict(page.attributes)
    assert found["srcdoc"] == result.explore().html
    assert found["sandbox"] == "allow-scripts"
    assert all(link.startswith(("data:", "#")) for link in page.references)


def test_the_policy_allows_the_script_of_the_explorer_besides_and_no_request(folder, result):
    plain, live = (policy((folder / f"{name}.html").read_text()) for name in ("plain", "live"))
    inner = policy(result.explore().html)
    assert live == {**plain, "script-src": inner["script-src"]}
    assert live["default-src"] == inner["default-src"] == "'none'"


def test_a_sweep_has_it_and_live_is_true_or_false(tmp_path, result):
    s = symgd.sweep("x**2", x0=1.0, lr=np.array([0.1, 0.4]), epochs=5)
    s.report(tmp_path / "sweep.html", live=True)
    assert dict(Page((tmp_path / "sweep.html").read_text()).attributes)["srcdoc"] == (
        s.explore(lr=0.4).html
    )
    with pytest.raises(ConfigurationError, match="live"):
        result.report(tmp_path / "page.html", live="yes")


def test_the_explorer_of_a_maximum_says_that_it_is_about_minus_f(tmp_path):
    r = symgd.maximize("3 - (x - 1)**2", x0=0, lr=0.1)
    r.report(tmp_path / "page.html", live=True)
    page = Page((tmp_path / "page.html").read_text())
    assert "the descent on -f that found the maximum" in page.text
    assert dict(page.attributes)["srcdoc"] == r.explore().html


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@needs_chromium
def test_the_explorer_runs_in_its_frame_without_a_word_on_the_console(browser, folder, result):
    browser.events.clear()
    browser.open(folder / "live.html")
    browser.value("document.querySelector('iframe').scrollIntoView()")
    browser.enter_frame()
    for _ in range(2000):
        sentence = browser.value("document.getElementById('sentence')?.textContent")
        if sentence:
            break
    assert result.message.startswith(sentence.removeprefix("The run ").rstrip("."))
    assert browser.value("document.documentElement.scrollWidth <= innerWidth")
    assert not [e["params"] for e in browser.events if e.get("method") in LOUD]


@needs_chromium
def test_the_frame_cannot_reach_the_page_around_it(browser, folder):
    browser.open(folder / "live.html")
    browser.enter_frame()
    reach = (
        "(() => { try { return String(parent.document); } catch (error) { return 'refused'; } })()"
    )
    assert browser.value(reach) == "refused"
    assert browser.value("fetch('https://example.org').then(() => 'came', () => 'refused')") == (
        "refused"
    )


@needs_chromium
def test_on_paper_the_explorer_takes_no_room(browser, folder):
    heights = []
    for name in ("plain", "live"):
        browser.open(folder / f"{name}.html")
        browser.send("Emulation.setEmulatedMedia", media="print")
        heights.append(browser.value("document.documentElement.scrollHeight"))
    assert heights[0] == heights[1] > 900


@needs_chromium
def test_without_javascript_the_explorer_takes_no_room(browser, folder):
    heights = []
    for name in ("plain", "live"):
        browser.open(folder / f"{name}.html", scripts=False)
        heights.append(browser.send("Page.getLayoutMetrics")["cssContentSize"]["height"])
    assert heights[0] == heights[1]
