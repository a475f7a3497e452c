"""Pictures of many runs are small files: what would be a path for each run is an image."""

from __future__ import annotations

import io
import time
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import symgd
from symgd import plots
from symgd.plots.data import edges
from symgd.plots.dots import distinct
from symgd.plots.regions import bands


def _svg(ax: Axes) -> str:
    file = io.BytesIO()
    ax.figure.savefig(file, format="svg")
    return file.getvalue().decode()


@pytest.mark.parametrize("side", [10, 60])
def test_basins_on_a_grid_are_an_image_in_svg(side: int) -> None:
    line = np.linspace(-3, 3, side)
    x0 = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    found = symgd.minimize("(x**2 - 1)**2 + (y**2 - 1)**2", x0=x0, epochs=200)
    svg = _svg(plots.basins(found, ax=Figure().add_subplot()))
    assert svg.count("<image") == 1
    assert len(svg) < 200_000


@pytest.mark.parametrize(("starts", "images"), [(300, 0), (3000, 1)])
def test_a_waterfall_is_an_image_once_its_marks_are_many(starts: int, images: int) -> None:
    found = symgd.minimize("(x**2 - 1)**2", starts=starts)
    svg = _svg(plots.waterfall(found, ax=Figure().add_subplot()))
    assert (svg.count("<image") > 0) == (images > 0)
    assert len(svg) < 200_000


def test_marks_that_cover_each_other_are_drawn_once_and_more_of_them_after_a_zoom() -> None:
    found = symgd.minimize("(x**2 - 1)**2", starts=20_000)
    ax = plots.waterfall(found, ax=Figure().add_subplot())
    marks = max(ax.lines, key=lambda line: len(line.get_xdata()))
    assert len(marks.get_xdata()) == 20_000
    FigureCanvasAgg(ax.figure).draw()
    seen = len(marks.get_markevery())
    assert 100 < seen < 2_000
    low = marks.get_xdata()[0]
    ax.set_xlim(low, low + 100)
    FigureCanvasAgg(ax.figure).draw()
    near = np.asarray(marks.get_xdata())[marks.get_markevery()]
    assert ((near >= low) & (near <= low + 100)).sum() == 101


def test_a_chosen_mark_stands_where_every_mark_is() -> None:
    places = np.random.default_rng(3).uniform(0, 50, (5_000, 2))
    kept = places[distinct(places, 2.0)]
    apart = np.linalg.norm(places[:, None] - kept, axis=2).min(axis=1)
    assert apart.max() < 2 * 2**0.5
    assert len(kept) == len(set(map(tuple, (places // 2).tolist())))


def test_a_strip_of_very_many_borders_has_columns_with_the_start_in_their_middle() -> None:
    random = np.random.default_rng(5)
    starts = np.sort(random.uniform(0, 1, 9_000))
    codes = random.integers(0, 7, 9_000)
    sides, shown = bands(edges(starts), codes)
    assert len(shown) == 2_000
    middles = (sides[1:] + sides[:-1]) / 2
    nearest = np.abs(starts - middles[:, None]).argmin(axis=1)
    inside = (middles > starts[0]) & (middles < starts[-1])
    np.testing.assert_array_equal(shown[inside], codes[nearest][inside])


@pytest.mark.parametrize("formula", ["x**4 - 3*x**2 + x", "(x**2 - 1)**2 + (y**2 - 1)**2"])
def test_a_report_of_very_many_starts_is_made_soon(formula: str, tmp_path: Path) -> None:
    found = symgd.minimize(formula, starts=250_000)
    began = time.process_time()
    found.report(tmp_path / "page.html")
    assert time.process_time() - began < 8
    assert (tmp_path / "page.html").stat().st_size < 400_000
