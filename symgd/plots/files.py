"""Pictures as files."""

from __future__ import annotations

import os
from pathlib import Path

from matplotlib.figure import Figure

from ..files import replacing
from ..views.data import Outcome
from .choice import choose

_DPI = 150


def save(result: Outcome, path: str | os.PathLike[str]) -> None:
    """Write the picture that fits a result or a sweep to a file; this needs no display.

    Parameters
    ----------
    result : Result or SweepResult
        What to draw.
    path : str or path
        Name of the file, whose suffix says of which type it is: ``.png``, ``.svg`` or ``.pdf``.
        One that is there is replaced only once the new one is complete.

    Raises
    ------
    ConfigurationError
        If it is a sweep over more axes than a picture has.
    OSError
        If the file cannot be written.
    """
    figure = Figure(dpi=_DPI, layout="constrained")
    choose(result, ax=figure.add_subplot())
    with replacing(path) as file:
        figure.savefig(file, format=Path(path).suffix.lower().lstrip("."))
