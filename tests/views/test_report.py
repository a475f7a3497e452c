"""The report: one silent page for every kind of result, and how a browser shows it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from html import unescape
from importlib.metadata import version
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from pages import check

import symgd
from symgd.palette import DARK, LIGHT
from symgd.plots import inline

COSINE = "cos(2*pi*x) + x**2"
WAVE = "sin(x)*exp(-0.05*x**2)"


def made():
    """One result of each kind that looks different."""
    return {
        "many": symgd.minimize(COSINE, starts=60),
        "one": symgd.minimize(COSINE, x0=0, lr=0.01, epochs=100),
        "paths": symgd.minimize(COSINE, x0=[0.3, 1.2], lr=0.01, epochs=60, history=True),
        "plane": symgd.minimize("(a - x)**2 + 100*(y - x**2)**2", params={"a": 1}, starts=40),
        "six": symgd.minimize(" + ".join(f"x{i}**4 - x{i}**2" for i in range(6)), starts=50),
        "domain": symgd.minimize("log(x) + 1/x", x0=[-1, 0, 0.5, 3]),
        "point": symgd.minimize("x**2 + y**2", x0=[0, 0]),
        "long": symgd.minimize("*".join(f"(2 + sin({k}*x + y))" for k in range(1, 12)), starts=9),
        "rates": symgd.sweep(WAVE, x0=0, lr=np.geomspace(1e-3, 10, 20), epochs=100),
        "starts": symgd.sweep(COSINE, x0=np.linspace(-2, 2, 41), lr=0.01, epochs=60),
        "grid": symgd.sweep(WAVE, x0=np.linspace(-5, 5, 9), lr=[0.1, 0.5, 3], epochs=[9, 90]),
        "cell": symgd.sweep(COSINE, x0=1.0, lr=0.1, epochs=9),
    }


NAMES = (
    "many", "one", "paths", "plane", "six", "domain", "point", "long", "rates", "starts", "grid",
    "cell",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Write a page of each."""
    found = tmp_path_factory.mktemp("pages")
    results = made()
    assert tuple(results) == NAMES
    for name, result in results.items():
        result.report(found / f"{name}.html")
    return found


def pictures(page):
    return [ET.fromstring(svg) for svg in re.findall("<svg.*?</svg>", page, re.DOTALL)]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_whole_and_leads_nowhere(name, folder):
    page = check((folder / f"{name}.html").read_text("utf-8"))
    assert page.open == []
    assert page.tags[:3] == ["html", "head", "meta"]
    assert "default-src 'none'" in str(page.attributes)


def test_a_page_tells_what_was_done(folder):
    result = made()["plane"]
    page = check((folder / "plane.html").read_text("utf-8"))
    assert "math" in page.tags
    for text in ("symgd.minimize(", "'a': 1", "# 40 starts", "Every verdict explained"):
        assert text in page.text
    for word in result.explain().split():
        assert word in page.text
    for library in ("NumPy", "SymPy", "Numba"):
        assert f"{library} {version(library.lower())}" in page.text
    assert f"symgd {symgd.__version__}" in page.text


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("many", 3),
        ("one", 1),
        ("paths", 4),
        ("plane", 2),
        ("six", 1),
        ("rates", 1),
        ("grid", 1),
        ("cell", 0),
    ],
)
def test_the_pictures_that_fit_are_there_for_light_and_dark(name, number, folder):
    found = pictures((folder / f"{name}.html").read_text("utf-8"))
    assert len(found) == 2 * number
    for light, dark in zip(found[::2], found[1::2], strict=True):
        assert light.get("aria-label") == dark.get("aria-label")
        assert light.get("role") == "img"


def test_words_in_pictures_are_text(folder):
    light, dark = pictures((folder / "many.html").read_text("utf-8"))[:2]
    for picture, ground in ((light, LIGHT), (dark, DARK)):
        words = ["".join(text.itertext()) for text in picture.iter("text")]
        assert {"x", "f, f'", "f'"} <= set(words)
        styles = " ".join(text.get("style", "") for text in picture.iter("text"))
        assert ground.ink in styles
        assert not [use for use in picture.iter("use") if "DejaVu" in str(use.attrib)]


def test_words_on_lines_keep_their_halo(folder):
    light = pictures((folder / "many.html").read_text("utf-8"))[0]
    halos = [group for group in light.iter("g") if group.get("class") == "halo"]
    assert halos
    assert all("".join(group.itertext()).strip() for group in halos)


def test_a_page_is_drawn_the_same_whatever_the_user_has_set(tmp_path):
    result = symgd.minimize(COSINE, x0=1)
    result.report(tmp_path / "plain.html")
    opened = plt.get_fignums()
    with mpl.rc_context({"text.usetex": True, "axes.facecolor": "red", "svg.fonttype": "path"}):
        before = dict(mpl.rcParams)
        result.report(tmp_path / "mine.html")
        assert dict(mpl.rcParams) == before
    assert plt.get_fignums() == opened
    assert (tmp_path / "plain.html").read_bytes() == (tmp_path / "mine.html").read_bytes()


def test_a_report_that_fails_leaves_the_old_one(tmp_path, monkeypatch):
    file = tmp_path / "r.html"
    file.write_text("old")
    monkeypatch.setattr(inline, "choose", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        symgd.minimize(COSINE, x0=1).report(file)
    assert file.read_text() == "old"
    monkeypatch.setattr(inline, "pictures", lambda _: [])
    with pytest.raises(FileNotFoundError):
        symgd.minimize(COSINE, x0=1).report(tmp_path / "no" / "r.html")
    assert list(tmp_path.iterdir()) == [file]


BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)

_LOOK = """<!DOCTYPE html><meta charset="utf-8"><pre id="found"></pre><script>
const widths = %s, pages = %s, found = [];
const look = (frame, page, width) => {
  const inside = frame.contentWindow, root = inside.document.documentElement;
  const shown = e => e.getClientRects().length > 0;
  const box = e => e.getBoundingClientRect();
  const within = (a, b) => a.left > b.left - 1 && a.right < b.right + 1
    && a.top > b.top - 1 && a.bottom < b.bottom + 1;
  const beyond = [...root.querySelectorAll("body :not(svg *)")].filter(shown)
    .filter(e => box(e).left < -0.5 || box(e).right > width + 0.5).map(e => e.tagName);
  const words = [...root.querySelectorAll("svg text")].filter(shown);
  const cut = words.filter(e => !within(box(e), box(e.closest("svg")))).map(e => e.textContent);
  const blocks = [...root.querySelectorAll("h1,h2,p,pre,table,figure,footer")].filter(shown)
    .map(box);
  const cross = (a, b, by) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > by
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > by;
  found.push({
    page, width, scroll: root.scrollWidth, beyond, cut,
    covered: words.filter((a, i) => words.some((b, j) => i < j && cross(box(a), box(b), 3)))
      .map(e => e.textContent),  // boxes are higher than letters
    crossing: blocks.filter((a, i) => blocks.some((b, j) => i < j && cross(a, b, 1))).length,
    requests: inside.performance.getEntriesByType("resource").map(e => e.name),
    paper: inside.getComputedStyle(root.querySelector("body")).backgroundColor,
    pictures: [...root.querySelectorAll("svg")].filter(shown).length,
  });
};
const loaded = pages.flatMap(page => widths.map(width => new Promise(done => {
  const frame = document.createElement("iframe");
  frame.style = `width: ${width}px; height: 3000px; border: 0`;
  frame.onload = () => { look(frame, page, width); done(); };
  frame.src = page;
  document.body.append(frame);
})));
Promise.all(loaded).then(() => {
  document.getElementById("found").textContent = JSON.stringify(found);
});
</script>"""


def looked_at(folder, scheme):
    """Let a browser open every page at two widths, and measure."""
    harness = folder / f"harness{scheme}.html"
    pages = [f"{name}.html" for name in NAMES]
    harness.write_text(_LOOK % (json.dumps([400, 1400]), json.dumps(pages)))
    done = subprocess.run(
        [
            BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            "--allow-file-access-from-files", f"--blink-settings=preferredColorScheme={scheme}",
            f"--user-data-dir={folder / 'profile'}", "--enable-logging=stderr",
            "--virtual-time-budget=20000", "--dump-dom", harness.as_uri(),
        ],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    (found,) = re.findall(r'<pre id="found">(.*?)</pre>', done.stdout, re.DOTALL)
    return json.loads(unescape(found)), done.stderr


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
@pytest.mark.parametrize(("scheme", "ground"), [(1, LIGHT), (0, DARK)])
def test_a_browser_shows_all_of_it_and_asks_for_nothing(scheme, ground, folder):
    found, log = looked_at(folder, scheme)
    assert len(found) == 2 * len(NAMES)
    paper = tuple(int(ground.paper[i : i + 2], 16) for i in (1, 3, 5))
    for view in found:
        assert view["scroll"] <= view["width"], view
        assert view["beyond"] == [], view
        assert view["crossing"] == 0, view
        assert view["cut"] == [], view
        assert view["covered"] == [], view
        assert view["requests"] == [], view
        assert view["paper"] == f"rgb{paper}", view
        written = (Path(folder) / view["page"]).read_text("utf-8").count("<svg")
        assert view["pictures"] == written / 2, view
    assert "Content Security Policy" not in log
