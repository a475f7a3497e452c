"""Pictures of formulas, runs and sweeps.

Each function draws into the Axes that it is given as ``ax``, or into a new figure, and returns the
Axes; `animate` returns the animation. They read data only, and need no display.

======================  =========================================================================
`curve`                 f, f' and f'' over a range, and where runs ended
`descent`, `animate`    the way of some runs, or of several methods, on the curve or the map of f
`convergence`           the error against the epoch, and its predicted rate; of several methods, f
`basins`                which start leads to which minimum
`waterfall`             the sorted final values of all runs
`final_vs_start`        the end against the start
`final_vs_lr`, `rates`  the ends against the rate, with the largest safe one
`epochs`                the epochs that each rate took, under those that theory foretells
`heatmap`, `lines`      a sweep over two axes
`choose`                the one that fits
======================  =========================================================================
"""

from .choice import choose
from .curves import curve
from .finals import final_vs_lr, final_vs_start, rates, waterfall
from .pace import convergence
from .paths import animate, descent
from .regions import basins
from .sweeps import heatmap, lines
from .theory import epochs

__all__ = [
    "animate",
    "basins",
    "choose",
    "convergence",
    "curve",
    "descent",
    "epochs",
    "final_vs_lr",
    "final_vs_start",
    "heatmap",
    "lines",
    "rates",
    "waterfall",
]


def __dir__() -> list[str]:
    return sorted(__all__)
