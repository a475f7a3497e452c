"""What the results of one batch and of a sweep have in common: counts, pictures, pages, files."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..files import replacing
from ..status import Status
from ..views.document import Document, Picture, terminal
from ..views.html import html
from . import storage

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Outcome(ABC):
    """Runs with their verdicts, as `Result` and `SweepResult` hold them."""

    @abstractmethod
    def _summary(self) -> Document:
        """Give what `summary` says."""

    @abstractmethod
    def _overview(self) -> Document:
        """Give what a notebook shows."""

    @abstractmethod
    def _page(self, pictures: Sequence[Picture]) -> str:
        """Write the page that `report` saves."""

    def summary(self) -> str:
        """Describe in a short text how the runs ended: minima, verdicts, and what the axes show.

        Returns
        -------
        str
        """
        return terminal(self._summary())

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return html(self._overview())

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the picture that fits: `symgd.plots.choose` says which.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; by default in a new figure.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        ConfigurationError
            If it is a sweep with more axes than a picture has.
        """
        from ..plots import choose  # loads Matplotlib

        chosen: Any = self
        return choose(chosen, ax=ax)

    def report(self, path: str | os.PathLike[str]) -> None:
        """Write a page in HTML that needs nothing but itself: formula, call, texts and pictures.

        Parameters
        ----------
        path : str or path
            Name of the file; one that is there is replaced only once the new one is complete.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        from ..plots.inline import pictures  # loads Matplotlib

        shown: Any = self
        document = self._page(pictures(shown))
        with replacing(path) as file:
            file.write(document.encode())

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write everything to one ``.npz`` file, which `symgd.load` reads.

        Parameters
        ----------
        path : str or path
            Name of the file; one that is there is replaced only once the new one is complete.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        storage.save(path, self)


def counted(status: npt.NDArray[np.int64]) -> Mapping[Status, int]:
    """Count the runs of each status that occurs."""
    codes, numbers = np.unique(status, return_counts=True)
    return {Status(int(c)): int(n) for c, n in zip(codes, numbers, strict=True)}
