"""What a sweep shows, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..sweep_result import SweepResult


def summary(sweep: SweepResult) -> str:
    """State what the axes of a sweep show."""
    return f"sweep over {sweep.dims}"
