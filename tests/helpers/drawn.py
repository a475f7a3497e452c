"""What the tests of pictures draw.

``PYTHONPATH=. python tests/helpers/drawn.py`` draws the golden images anew.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.legend import Legend
from matplotlib.text import Text

import symgd
from symgd import plots
from symgd.methods import Momentum

IMAGES = Path(__file__).parents[1] / "golden" / "images"

COSINE = "cos(2*pi*x) + x**2"
CUBIC = "x**3 - 6*x**2 + 11*x - 6"
HIMMELBLAU = "(x**2 + y - 11)**2 + (x + y**2 - 7)**2"
ROSENBROCK = "(1 - x)**2 + 10*(y - x**2)**2"
CORNERS = [[0.0, 0.0], [-4.0, 4.0], [4.0, -4.0], [-1.0, -4.0]]


CLASSROOM: dict[str, Any] = {"lr": 0.01, "epochs": 100, "history": True}

_MADE: dict[str, Callable[[], Any]] = {
    "trap": lambda: symgd.minimize(COSINE, x0=0.0, **CLASSROOM),
    "one": lambda: symgd.minimize(COSINE, x0=-1.76, **CLASSROOM),
    "few": lambda: symgd.minimize(COSINE, x0=[-1.9, -0.6, 0.2], **CLASSROOM | {"history": 7}),
    "many": lambda: symgd.minimize(COSINE, x0=np.linspace(-2, 2, 40), **CLASSROOM),
    "cycle": lambda: symgd.minimize(COSINE, x0=0.3, **CLASSROOM | {"lr": 0.06}),
    "cubic": lambda: symgd.minimize(
        CUBIC, x0=np.linspace(0, 5, 11), lr=0.1, epochs=50, history=True
    ),
    "plane": lambda: symgd.minimize(HIMMELBLAU, x0=CORNERS, lr=0.01, epochs=200, history=True),
    "alone": lambda: symgd.minimize(HIMMELBLAU, x0=[0.0, 0.0], history=True),
    "methods": lambda: [
        symgd.minimize(ROSENBROCK, x0=[-1.2, 1.0], method=method, lr=lr, epochs=400, history=True)
        for method, lr in [("gd", 0.005), ("momentum", 0.005), ("adam", 0.05), ("newton", None)]
    ],
    "line": lambda: symgd.minimize(
        COSINE, start_box=(-2.6, 2.6), starts=61, sampler="grid", lr=0.01, epochs=200
    ),
    "image": lambda: symgd.minimize(
        HIMMELBLAU, start_box=(-5, 5), starts=400, sampler="grid", lr=0.01, epochs=40
    ),
    "points": lambda: symgd.minimize(HIMMELBLAU, start_box=(-5, 5), starts=100),
    "pits": lambda: symgd.minimize(
        "20 + x**2 + y**2 - 10*cos(2*pi*x) - 10*cos(2*pi*y)",
        start_box=(-1.5, 1.5),
        starts=400,
        sampler="grid",
    ),
    "cube": lambda: symgd.minimize("(x**2 - 1)**2 + x/4 + y**2 + z**4 - z**2", starts=64),
    "rates": lambda: symgd.sweep(CUBIC, x0=2.5, lr=np.geomspace(1e-3, 2, 24), epochs=100),
    "pace": lambda: symgd.sweep(
        CUBIC, x0=3.0, method="momentum", lr=np.geomspace(0.01, 3, 24), tol=1e-8
    ),
    "starts": lambda: symgd.sweep(CUBIC, x0=np.linspace(0, 5, 11), lr=0.1, epochs=50),
    "table": lambda: symgd.sweep(
        CUBIC, x0=3.5, lr=np.geomspace(0.01, 1, 9), epochs=[10, 30, 100, 300]
    ),
    "cycles": lambda: symgd.sweep(
        COSINE, x0=0.3, lr=np.linspace(0.03, 0.072, 85), epochs=np.arange(300, 330)
    ),
}
_PICTURES: dict[str, tuple[Callable[..., Any], str]] = {
    "curve": (plots.curve, "line"),
    "curve_trap": (plots.curve, "trap"),
    "descent": (plots.descent, "one"),
    "descent_cycle": (plots.descent, "cycle"),
    "descent_away": (plots.descent, "cubic"),
    "descent_plane": (plots.descent, "plane"),
    "descent_alone": (plots.descent, "alone"),
    "descent_methods": (plots.descent, "methods"),
    "convergence": (plots.convergence, "one"),
    "convergence_few": (plots.convergence, "few"),
    "convergence_many": (plots.convergence, "many"),
    "convergence_methods": (plots.convergence, "methods"),
    "final_vs_start": (plots.final_vs_start, "line"),
    "final_vs_start_away": (plots.final_vs_start, "starts"),
    "final_vs_lr": (plots.final_vs_lr, "rates"),
    "rates": (plots.rates, "cycles"),
    "epochs": (lambda s, **more: plots.epochs(s, Momentum, **more), "pace"),
    "heatmap": (plots.heatmap, "table"),
    "lines": (plots.lines, "table"),
    "lines_many": (plots.lines, "cycles"),
    "basins_strip": (plots.basins, "line"),
    "basins_image": (plots.basins, "image"),
    "basins_points": (plots.basins, "points"),
    "basins_pits": (plots.basins, "pits"),
    "basins_alone": (plots.basins, "alone"),
    "waterfall": (plots.waterfall, "cube"),
    "waterfall_away": (plots.waterfall, "cubic"),
}
PICTURES = tuple(_PICTURES)
GOLDEN = (
    "curve_trap",
    "descent_plane",
    "convergence_few",
    "final_vs_lr",
    "rates",
    "heatmap",
    "lines",
    "basins_strip",
    "basins_image",
    "waterfall",
)


@cache
def result(name: str) -> Any:
    """Give one of the results and sweeps, made once."""
    return _MADE[name]()


def picture(name: str, **options: Any) -> Any:
    """Draw one of the pictures; give its Axes."""
    draw, what = _PICTURES[name]
    return draw(result(what), **options)


def without_words(name: str, path: Path) -> None:
    """Save a picture without its words and its key, whose sizes depend on the font."""
    with plt.style.context("default"):
        figure = picture(name).figure
        for words in [*figure.findobj(Text), *figure.findobj(Legend)]:
            words.set_visible(False)
        figure.set_size_inches(6.4, 4.2)
        figure.savefig(path, dpi=100)
        plt.close(figure)


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    for golden in GOLDEN:
        without_words(golden, IMAGES / f"{golden}.png")
