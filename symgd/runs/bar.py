"""A bar that shows how far a call is; tqdm draws it, imported when first used."""

from __future__ import annotations

import threading
from typing import Any, Self

from ..errors import MissingPackageError

_WORDS = "{desc} [{elapsed}]"
_BAR = (
    "{{desc}} {{percentage:3.0f}}%|{{bar}}| {done:.0f}/{runs} runs "
    "[{{elapsed}}<{{remaining}}{{postfix}}]"
)
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
        self._runs = 0

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
        self._runs = runs
        self._fill(share)
        self._bar.set_postfix_str(f"epoch {epoch:,}")

    def complete(self) -> None:
        """Show that all is done; a notebook shows in red what ends without this."""
        self._fill(1.0)

    def _fill(self, share: float) -> None:
        """Fill it from 0 to 1: a notebook's bar learns of no other end once it is drawn."""
        self._bar.n = share
        if self._runs:
            self._bar.bar_format = _BAR.format(done=share * self._runs, runs=self._runs)

    def _redraw(self) -> None:
        while not self._over.wait(_REFRESH):
            self._bar.refresh()
