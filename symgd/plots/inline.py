"""Pictures as SVG elements that stand in a page, for light and for dark paper."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.style import context
from matplotlib.text import Text

from ..errors import ConfigurationError
from ..palette import DARK, LIGHT, Ground
from ..views.data import Outcome, is_batch
from ..views.document import Picture
from .choice import choose, is_way
from .curves import curve
from .finals import waterfall
from .pace import convergence
from .regions import basins

_SIZE = (5.4, 4.0)  # inches: letters stay legible where a page is narrow
_SHARP = 200  # dots an inch of what is an image in the SVG
_HALO = "halo"
_LEFT_OUT = ("metadata", "style")
Drawing = Callable[..., Axes]


def pictures(thing: Outcome) -> list[Picture]:
    """Draw the pictures that fit a result or a sweep; a sweep over too many axes has none.

    Parameters
    ----------
    thing : Result or SweepResult
        What to draw.

    Returns
    -------
    list of Picture
        SVG elements without scripts, links or names that another one has. Words are text.
    """
    found = []
    for number, draw in enumerate(_drawings(thing)):
        with suppress(ConfigurationError):
            light, title = _drawn(draw, thing, LIGHT, f"p{number}l-")
            found.append(Picture(title, light, _drawn(draw, thing, DARK, f"p{number}d-")[0]))
    return found


def _drawings(thing: Outcome) -> Iterator[Drawing]:
    yield choose
    if not is_batch(thing):
        return
    several, variables = len(thing.runs.fun) > 1, len(thing.problem.names)
    if is_way(thing) and variables == 1:
        yield curve
    if several and variables == 1 and not thing.settings.elsewhere:
        yield basins
    if several and variables <= 2:
        yield waterfall
    if thing.history is not None:
        yield convergence


def _drawn(draw: Drawing, thing: Outcome, ground: Ground, prefix: str) -> tuple[str, str]:
    """Draw a picture on its own figure; give its SVG element and its title."""
    inks = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")
    look = {**dict.fromkeys(inks, ground.ink), "axes.facecolor": ground.paper}
    plain = {
        "svg.fonttype": "none",
        "svg.hashsalt": "symgd",
        "figure.facecolor": "none",
        "font.size": 11,
    }
    with context(["default", look | plain]):
        figure = Figure(figsize=_SIZE, layout="constrained")
        ax = draw(thing, ax=figure.add_subplot())
        for words in figure.findobj(Text):
            if words.get_path_effects():  # as paths they would be no text
                words.set_path_effects([])
                words.set_gid(_HALO)
        file = io.BytesIO()
        figure.savefig(file, format="svg", dpi=_SHARP)
    title = " ".join(ax.get_title().split())
    return _element(file.getvalue(), title, prefix), title


def _element(data: bytes, title: str, prefix: str) -> str:
    """Turn an SVG file into an element whose names begin with `prefix`."""
    root = ET.fromstring(data)
    wanted = {part for element in root.iter() for part in _references(element)}
    for element in list(root.iter()):
        for child in [c for c in element if _bare(c.tag) in _LEFT_OUT]:
            element.remove(child)
        element.tag = _bare(element.tag)
        element.attrib = dict(_renamed(element.attrib, wanted, prefix))
    box = root.attrib["viewBox"]
    root.attrib = {"viewBox": box, "role": "img", "aria-label": title}
    return ET.tostring(root, encoding="unicode")


def _bare(name: str) -> str:
    return name.rpartition("}")[2]


def _references(element: Any) -> Iterator[str]:
    for value in element.attrib.values():
        if value.startswith("#"):
            yield value[1:]
        for part in value.split("url(#")[1:]:
            yield part.partition(")")[0]


def _renamed(
    attributes: dict[str, str], wanted: set[str], prefix: str
) -> Iterator[tuple[str, str]]:
    """Keep only names that something refers to, and make them unique in a page."""
    for name, value in attributes.items():
        if name == "id" and value == _HALO:
            yield "class", _HALO
        elif name == "id":
            if value in wanted:
                yield "id", prefix + value
        elif _bare(name) == "href" and value.startswith("#"):
            yield "href", f"#{prefix}{value[1:]}"
        else:
            yield _bare(name), value.replace("url(#", f"url(#{prefix}")
