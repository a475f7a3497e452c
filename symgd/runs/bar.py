"""A bar that shows how far a call is; tqdm draws it, imported when first used."""

from __future__ import annotations

import threading
from typing import Any, Self

from ..errors import MissingPackageError

_WORDS = "{desc} [{elapsed}]"
_BAR = "{desc} {percentage:3.0f}%|{bar}| {n:.0f}/{total:.0f} runs [{elapsed}<{remaining}{postfix}]"
_REFRESH = 0.5  # seconds after which the time is drawn again, whatever else happens


class Bar:
    """Shows what is done, and how far the runs are.

    Raises
    ------
    MissingPackageError
        If tqdm is not installed.
    """

    def __init__(self) -> None:
        try:
            from tqdm.auto import tqdm
        except ImportError:
            raise MissingPackageError("tqdm", "progress") from None
        self._make: Any = tqdm
        self._over = threading.Event()

    def __enter__(self) -> Self:
        """Begin to draw."""
        self._bar: Any = self._make(total=1, bar_format=_WORDS, desc="starting")
        threading.Thread(target=self._redraw, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the bar as it is."""
        self._over.set()
        self._bar.set_description_str("ended")
        self._bar.close()

    def enter(self, stage: str) -> None:
        """Say what is done now."""
        self._bar.set_description_str(stage)

    def show(self, runs: int, share: float, epoch: int) -> None:
        """Show which share of their steps so many runs have taken, and the most of one."""
        bar = self._bar
        bar.bar_format, bar.total, bar.n = _BAR, runs, share * runs
        bar.set_postfix_str(f"epoch {epoch:,}")

    def _redraw(self) -> None:
        while not self._over.wait(_REFRESH):
            self._bar.refresh()
