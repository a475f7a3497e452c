"""The table of all measurements, as Markdown."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One comparison, in seconds.

    Attributes
    ----------
    part, what : str
        What is measured.
    ours : float
        symgd's time.
    peer : str
        Who it is compared with, if anybody.
    theirs : float or None
        The peer's time; None where it is not installed.
    least : float or None
        Goal for the ratio ``theirs / ours``.
    most : float or None
        Goal for symgd's time.
    memory : float or None
        The most bytes that a process of symgd's held meanwhile.
    """

    part: str
    what: str
    ours: float
    peer: str = ""
    theirs: float | None = None
    least: float | None = None
    most: float | None = None
    memory: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times faster symgd is."""
        return None if self.theirs is None else self.theirs / self.ours

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None without one."""
        if self.most is not None:
            return self.ours <= self.most
        if self.least is None or self.ratio is None:
            return None
        return self.ratio >= self.least


def markdown(rows: Sequence[Row]) -> str:
    """Write the table."""
    head = ("", "measured", "symgd", "peer", "its time", "ratio", "goal", "met", "memory")
    lines = [head, ("---",) * len(head)]
    lines += [_cells(row, first) for row, first in zip(rows, _firsts(rows), strict=True)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _firsts(rows: Sequence[Row]) -> list[bool]:
    parts = [row.part for row in rows]
    return [part != before for part, before in zip(parts, ["", *parts], strict=False)]


def _cells(row: Row, first: bool) -> tuple[str, ...]:
    missing = "not installed" if row.peer else ""
    return (
        row.part if first else "",
        row.what,
        duration(row.ours),
        row.peer,
        missing if row.theirs is None else duration(row.theirs),
        "" if row.ratio is None else f"{row.ratio:.3g}",
        _goal(row),
        {None: "", True: "yes", False: "no"}[row.met],
        "" if row.memory is None else f"{row.memory / 1e6:.3g} MB",
    )


def _goal(row: Row) -> str:
    if row.most is not None:
        return f"at most {duration(row.most)}"
    return "" if row.least is None else f"at least {row.least:.3g}"


def duration(seconds: float) -> str:
    """Write a time with three digits.

    Examples
    --------
    >>> duration(0.00012)
    '120 us'
    """
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= 0.9995 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def machine() -> str:
    """Describe the machine and the versions in a sentence."""
    names = ("numba", "numpy", "scipy", "jax", "optax", "optimistix", "pounce-solver")
    versions = [f"{name} {version}" for name in names if (version := _version(name))]
    python = f"Python {platform.python_version()}"
    return f"{_processor()}, {os.cpu_count()} cores, {platform.system()}; " + ", ".join(
        [python, *versions]
    )


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = (line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
