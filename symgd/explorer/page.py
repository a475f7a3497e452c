"""The page itself: one file of HTML that asks nobody for anything."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from ..errors import ExpressionError
from ..facts.symmetry import even_variables
from ..files import replacing
from ..palette import BLUE, DARK, GREEN, LIGHT, OLIVE, ORANGE, PURPLE, SKY, VERMILLION, WINE
from ..problem import Problem
from ..status import Status
from .javascript import functions
from .settings import Settings

_SCRIPTS = (
    *("numbers.js", "runs.js", "verdicts.js", "words.js"),
    *("drawing.js", "curve.js", "plane.js", "page.js"),
)
_MOST = 400_000  # bytes of a page
_STYLES = re.compile(' style="[^"]*"')  # which a strict page does not obey
_BASINS = [GREEN, BLUE, ORANGE, PURPLE, SKY, OLIVE, WINE, VERMILLION]
_IFRAME = (
    '<iframe title="{title}" sandbox="allow-scripts" srcdoc="{page}" '
    'style="width: 100%; height: 52rem; border: 0"></iframe>'
)


class Page:
    """A page on which runs follow a start and a rate that are moved by hand.

    A notebook shows it inside its own page.

    Attributes
    ----------
    html : str
        All of it: it needs no network, and runs no script but its own.

    Examples
    --------
    >>> from symgd import Problem
    >>> page = Problem("cos(2*pi*x) + x**2").explore()
    >>> page  # doctest: +ELLIPSIS
    Page('cos(2*pi*x) + x**2', ... kB)
    >>> page.html.startswith("<!DOCTYPE html>")
    True
    """

    def __init__(self, text: str, html: str, script: str) -> None:
        self.text = text
        self.html = html
        self.script = script  # its hash, by which a page around it allows it

    def __repr__(self) -> str:
        return f"Page({self.text!r}, {round(len(self.html.encode()) / 1000)} kB)"

    def _repr_html_(self) -> str:
        return self.frame

    @property
    def frame(self) -> str:
        """It as an element of another page, in a frame that may do nothing but compute."""
        return _IFRAME.format(title=escape(f"symgd: {self.text}"), page=escape(self.html))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the page to a file.

        Parameters
        ----------
        path : str or path
            Name of the file; one that is there is replaced only once the new one is complete.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        with replacing(path) as file:
            file.write(self.html.encode())


def page(problem: Problem, settings: Settings) -> Page:
    """Write the page of a formula.

    Parameters
    ----------
    problem : Problem
        The formula, of one variable or two.
    settings : Settings
        What the page shows at first.

    Returns
    -------
    Page

    Raises
    ------
    ExpressionError
        If the formula is so large that the page would be, too.
    """
    formula = f"const FORMULA = {_data(known(problem, settings))};"
    script = "\n".join(['"use strict";', formula, functions(problem), *map(_asset, _SCRIPTS)])
    style = _colours() + _asset("page.css")
    html = Template(_asset("page.html")).substitute(
        policy=_policy(script, style),
        title=escape(problem.text),
        formula=_STYLES.sub("", problem.markup),
        style=style,
        script=script,
    )
    if len(html.encode()) > _MOST:
        raise ExpressionError("the formula is too large for a page", problem.text)
    return Page(problem.text, html, _hash(script))


def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def known(problem: Problem, settings: Settings) -> dict[str, Any]:
    """Give what the scripts know of the formula, besides its functions."""
    return {
        "names": problem.names,
        "params": {s.name: float(problem.params[s.name]) for s in problem.symbolic.params},
        "domain": [{"text": c.text, "needs": c.needs} for c in problem.domain],
        "smooth": len(problem.run(problem.symbolic.kinks, settings.middle)) == 0,
        "edged": bool(problem.symbolic.edges or problem.symbolic.shared_edges),
        "even": even_variables(problem),
        "statuses": {s.name: {"colour": s.colour, "advice": s.advice} for s in Status},
        "basins": _BASINS,
        "start": settings.start,
    }


def _data(value: Any) -> str:
    """Write JSON that cannot end a script, whatever names and texts hold."""
    text = json.dumps(value, allow_nan=False)
    return text.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")


def _colours() -> str:
    grounds = [f"--ink: {g.ink}; --paper: {g.paper};" for g in (LIGHT, DARK)]
    dark = f"@media (prefers-color-scheme: dark) {{ :root {{ {grounds[1]} }} }}"
    return f":root {{ {grounds[0]} }}\n{dark}\n"


def _policy(script: str, style: str) -> str:
    """Allow this script and this style, and nothing else."""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src '{_hash(script)}'",
            f"style-src '{_hash(style)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
