"""The notebooks of examples/: every cell runs, and finds the numbers of their sources."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path

import numpy as np
import pytest
from problems import DATA

pytest.importorskip("nbclient")
nbformat = pytest.importorskip("nbformat")
pytest.importorskip("ipykernel")

ROOT = Path(__file__).parents[2]
SEEDS = json.loads((DATA / "seeds.json").read_text())
NAMES = ("where_runs_end", "starts_and_rates")
FOUND = {
    "where_runs_end": """
{"loop": x, "run": run.x[0].item(), "random": random.x[0].item(),
 "minima": sorted(m.x[0].item() for m in every.minima),
 "counts": {s.name: n for s, n in every.counts.items()}, "trap": trap.status.name,
 "out": out.runs.x.ravel().tolist(), "borders": cubic.borders.tolist(),
 "away": int((cubic.status == symgd.Status.DIVERGED).sum()), "valley": cubic.minima[0].x[0].item()}
""",
    "starts_and_rates": """
{"run": run.x[0].item(), "starts": by_start.x.tolist(), "borders": by_start.borders.tolist(),
 "rates": by_rate.x.tolist(), "table": table.x.tolist(), "lr_max": lowest.lr_max}
""",
}


@pytest.fixture(scope="module")
def notebooks(tmp_path_factory):
    """Run both, each with one more cell that tells what was found."""
    folder = tmp_path_factory.mktemp("notebooks")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
            patch.setenv(name, str(folder / name))
        patch.setenv("PYTHONPATH", str(ROOT))
        executed = runpy.run_path(str(ROOT / "docs" / "notebooks.py"))["executed"]
        telling = {
            name: f"import json\nprint(json.dumps({found}))" for name, found in FOUND.items()
        }
        return {name: executed(path(name), folder, telling[name]) for name in NAMES}


def path(name):
    return ROOT / "examples" / f"{name}.ipynb"


def kept(name):
    return nbformat.read(path(name), as_version=4)


def found(notebooks, name):
    return json.loads(notebooks[name].cells[-1].outputs[0].text)


def words(cell):
    """Give what a cell shows as text; pictures say what they are."""
    outputs = cell.get("outputs", ())
    return [out.text if out.output_type == "stream" else out.data["text/plain"] for out in outputs]


@pytest.mark.parametrize("name", NAMES)
def test_every_cell_shows_what_is_kept_beside_it(notebooks, name):
    before, after = kept(name).cells, notebooks[name].cells[:-1]
    assert [cell.source for cell in before] == [cell.source for cell in after]
    assert [words(cell) for cell in before] == [words(cell) for cell in after]


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_warns_of_nothing_and_tells_nothing_of_the_machine_that_ran_it(name):
    outputs = [out for cell in kept(name).cells for out in cell.get("outputs", ())]
    assert {out.name for out in outputs if out.output_type == "stream"} == {"stdout"}
    assert set(kept(name).metadata) == {"kernelspec"}
    text = path(name).read_text()
    shown = re.sub(r'"image/png": "[^"]*"|"text/html": \[.*?\]', "", text, flags=re.S)
    assert not re.search(r"/(home|root|tmp|work|usr|Users)/", shown)
    assert len(text) < 400_000


@pytest.mark.parametrize("name", NAMES)
def test_results_and_the_explorer_are_shown_as_pages(name):
    pages = [
        out.data["text/html"]
        for cell in kept(name).cells
        for out in cell.get("outputs", ())
        if "text/html" in out.get("data", {})
    ]
    assert sum(page.startswith('<iframe title="symgd: ') for page in pages) == 1
    assert all(page.startswith(("<iframe", '<div style="line-height')) for page in pages)


@pytest.mark.parametrize("name", NAMES)
def test_links_of_a_notebook_lead_to_files_beside_it(name):
    text = "\n".join(cell.source for cell in kept(name).cells if cell.cell_type == "markdown")
    for link in re.findall(r"\]\(([^)]+)\)", text):
        assert (path(name).parent / link).exists()


def test_the_first_notebook_finds_what_its_source_found(notebooks):
    got, case = found(notebooks, "where_runs_end"), SEEDS["unfortunate_start"]
    ends = {run["x0"]: run["x"] for run in case["runs"]}
    assert got["loop"] == got["run"] == ends[-1.76]
    assert np.abs(np.array(case["finals_seen"]) - got["random"]).min() < 0.01
    assert got["minima"] == pytest.approx([ends[-1.76], ends[-1.0], ends[1.0e-3], ends[1.9]])
    assert got["counts"] == {"CONVERGED": 2000, "STALLED_AT_START": 1}
    assert got["trap"] == "STALLED_AT_START"
    assert got["out"] == pytest.approx([0, ends[-1.0], ends[0.3]])


def test_the_cubic_of_the_first_notebook_runs_away_below_its_hill(notebooks):
    got = found(notebooks, "where_runs_end")
    hill, valley = np.sort(np.roots([3, -12, 11]))  # f' = 3 x**2 - 12 x + 11
    assert got["borders"] == pytest.approx([hill], abs=1e-5)
    assert got["away"] == np.count_nonzero(np.linspace(0, 5, 2001) < hill)
    assert got["valley"] == pytest.approx(valley)


def test_the_second_notebook_finds_what_its_source_found(notebooks):
    got = found(notebooks, "starts_and_rates")
    assert got["starts"] == pytest.approx(SEEDS["start_sweep"]["x"], rel=1e-9)
    assert got["rates"] == pytest.approx(SEEDS["lr_sweep"]["x"], rel=1e-9)
    assert np.allclose(got["table"], SEEDS["lr_by_epochs"]["x"], rtol=1e-9, atol=0)
    assert np.tan(got["borders"]) * got["borders"] == pytest.approx(10, rel=1e-5)  # f' = 0
    x = SEEDS["lr_sweep"]["x"][-1]
    curvature = np.exp(-(x**2) / 20) * (np.sin(x) * (x**2 / 100 - 1.1) - np.cos(x) * x / 5)
    assert got["lr_max"] == pytest.approx(2 / curvature)
