"""The pages of docs/: every block of Python runs and prints what it says, every link leads on."""

from __future__ import annotations

import doctest
import re
import runpy
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from hypothesis import settings

import symgd

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md") if "_build" not in str(page)
)


def blocks(page):
    return re.findall(r"^```python\n(.*?)^```", (DOCS / page).read_text(), re.MULTILINE | re.DOTALL)


def links(page):
    text = re.sub(r"^```.*?^```", "", (DOCS / page).read_text(), flags=re.MULTILINE | re.DOTALL)
    return [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if not link.startswith("http")]


def anchors(page):
    """Give the names by which the headings of a page are linked, as code hosts make them."""
    for heading in re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.fixture
def _own_profile():
    """Put the settings of Hypothesis back, of which a page loads its own."""
    before = settings.default
    yield
    settings.register_profile("before the page", before)
    settings.load_profile("before the page")


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page)])
@pytest.mark.usefixtures("_own_profile")
@pytest.mark.filterwarnings("ignore::symgd.RateWarning")
def test_the_blocks_of_a_page_run_as_they_say(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    mpl.use("agg")
    parser, runner, names = doctest.DocTestParser(), doctest.DocTestRunner(), {}
    for number, block in enumerate(blocks(page)):
        if ">>> " not in block:
            exec(block, names)  # noqa: S102 - a page of ours
            continue
        said = []
        test = parser.get_doctest(block, names, f"{page} block {number}", page, 0)
        runner.run(test, out=said.append, clear_globs=False)
        names.update(test.globs)
        assert not said, "".join(said)
    plt.close("all")


@pytest.mark.parametrize("page", PAGES)
def test_the_links_of_a_page_lead_somewhere(page):
    for link in links(page):
        place, _, anchor = link.partition("#")
        target = (DOCS / page).parent / place if place else DOCS / page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_every_page_is_in_one_list_of_pages():
    listed = []
    for page in PAGES:
        for tree in re.findall(
            r"^```\{toctree\}\n(.*?)^```", (DOCS / page).read_text(), re.M | re.S
        ):
            names = [line for line in tree.splitlines() if line and not line.startswith(":")]
            listed += [(Path(page).parent / name).as_posix() + ".md" for name in names]
    assert sorted(set(listed) - {"gallery/index.md"}) == sorted(set(PAGES) - {"index.md"})
    assert len(listed) == len(set(listed))


def test_the_reference_has_every_public_name():
    text = (DOCS / "reference.md").read_text()
    listed = {}
    module = ""
    for line in text.splitlines():
        if ".. currentmodule::" in line:
            module = line.split()[-1]
        elif re.fullmatch(r"   \w+", line):
            listed.setdefault(module, set()).add(line.strip())
    rooms = {"methods", "plots", "rules", "schedules", "testing", "__version__"}
    assert listed["symgd"] == set(symgd.__all__) - rooms
    assert listed["symgd.methods"] == set(symgd.methods.__all__) - {"METHODS", "MethodName"}
    assert listed["symgd.schedules"] == set(symgd.schedules.__all__) - {"Schedule"}
    assert listed["symgd.plots"] == set(symgd.plots.__all__)
    assert listed["symgd.testing"] == set(symgd.testing.__all__)


def test_each_of_the_five_tasks_takes_at_most_ten_lines():
    tasks = blocks("howto/five_tasks.md")
    assert len(tasks) == 5
    for task in tasks:
        typed = [line for line in task.splitlines() if line.startswith((">>> ", "... "))]
        assert 1 < len(typed) <= 10


def test_statuses_on_their_page_are_those_of_symgd():
    page = (DOCS / "verdicts.md").read_text()
    for status in symgd.Status:
        assert f"| {status.value} | `{status.name}` | {status.meaning} |" in page


def test_the_pictures_of_the_tutorial_can_be_drawn(tmp_path):
    runpy.run_path(str(DOCS / "pictures.py"))["main"](tmp_path)
    drawn = {picture.name for picture in tmp_path.iterdir()}
    wanted = set()
    for page in PAGES:
        wanted |= {Path(link).name for link in links(page) if "tutorial_" in link}
    assert drawn == wanted
