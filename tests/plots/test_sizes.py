"""Pictures of many runs are small files: what would be a path for each run is an image."""

from __future__ import annotations

import io

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import symgd
from symgd import plots


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
