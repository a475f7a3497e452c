"""The verdicts: how a run ended (`Status`) and what the point is where it ended (`Kind`)."""

from __future__ import annotations

import re
from enum import IntEnum

from .palette import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, VERMILLION

_FORMS = re.compile(r"\[(.*?)\|(.*?)\]")
_ROW = ("badness", "colour", "marker", "meaning", "advice", "words", "title")


class Status(IntEnum):
    """How a run ended.

    A status is one row: its code and all that the texts and pictures need to know of it. Only
    `CONVERGED` and `AT_BOUND` are successes.

    Attributes
    ----------
    badness : int
        What comes first where several are told: the larger, the worse.
    colour, marker : str
        How such a run is drawn.
    meaning, advice : str
        One sentence on what happened, and what to try.
    words : str
        What a run of this status does, with the two forms for one run and for several.
    title : str
        The title of a picture of such a run, a pattern with `start`, `end`, `kind` and `steps`.

    Examples
    --------
    >>> Status.SLOW.success
    False
    >>> print(Status.SLOW.advice)
    Allow more epochs, or choose another lr.
    """

    badness: int
    colour: str
    marker: str
    meaning: str
    advice: str
    words: str
    title: str

    def __new__(cls, code: int, *row: str | int) -> Status:
        """Keep the row beside the code."""
        member = int.__new__(cls, code)
        member._value_ = code
        for name, value in zip(_ROW, row, strict=True):
            setattr(member, name, value)
        return member

    CONVERGED = (
        0, 0, GREEN, "o",
        "The run reached a local minimum, verified by the second derivatives.",
        "",
        "[arrives|arrive] at a minimum",
        "from {start} to the {kind} at {end} in {steps}",
    )  # fmt: skip
    AT_BOUND = (
        1, 10, BLUE, "s",
        "The run reached a minimum on a bound, verified: inside the bounds f falls nowhere near.",
        "Widen the bounds if they are not part of the question.",
        "[arrives|arrive] at a minimum on a bound",
        "from {start} to the minimum on a bound at {end}",
    )  # fmt: skip
    STALLED_AT_START = (
        2, 50, VERMILLION, "X",
        "The gradient is zero at the start, which is no minimum, so the run never moved.",
        "Start elsewhere, or use escape=True.",
        "never [moves|move]: the gradient is zero where [it starts|they start]",
        "from {start} nothing moves: {kind}",
    )  # fmt: skip
    NOT_A_MINIMUM = (
        3, 60, VERMILLION, "P",
        "The run moved, and ended where the gradient vanishes on a maximum or a saddle.",
        "Start elsewhere, or use escape=True.",
        "[ends|end] on a maximum or a saddle",
        "from {start} to no minimum: {kind} at {end}",
    )  # fmt: skip
    PLATEAU = (
        4, 40, GREY, "s",
        "The gradient is small only because f is flat there; no minimum is near.",
        "Start closer to where f changes.",
        "[ends|end] where f is flat and no minimum is near",
        "from {start} to flat ground at {end}: no minimum near",
    )  # fmt: skip
    SLOW = (
        5, 30, ORANGE, ">",
        "The epochs ran out while the run was still descending.",
        "Allow more epochs, or choose another lr.",
        "[is|are] still descending when the epochs end",
        "from {start} still descending after {steps}",
    )  # fmt: skip
    OSCILLATING = (
        6, 80, PURPLE, "D",
        "The epochs ran out on a cycle or wandering: the step is too large here.",
        "Lower lr, or leave it out.",
        "[cycles|cycle] or [wanders|wander] without end",
        "from {start} no rest after {steps}: the step is too large",
    )  # fmt: skip
    DIVERGED = (
        7, 90, INK, "^",
        "The run ran away to infinity.",
        "Lower lr, set bounds, or check that f has a lower limit.",
        "[runs|run] away to infinity",
        "from {start} away to infinity",
    )  # fmt: skip
    OUT_OF_DOMAIN = (
        8, 100, INK, "v",
        "f or its gradient is not finite where the run was.",
        "Start where f and its gradient are finite, or set bounds that stay there.",
        "[ends|end] outside the domain of f",
        "from {start} out of the domain of f",
    )  # fmt: skip
    NO_PROGRESS = (
        9, 70, GREY, "p",
        "No step lowers f any further, and this is not a verified minimum.",
        "Look at f around this point: a kink, a jump, or the limit of rounding.",
        "[gets|get] stuck where no step lowers f further",
        "from {start} no further than {end}, which is no verified minimum",
    )  # fmt: skip
    STOPPED = (
        10, 20, GREY, "h",
        "The run was interrupted; this is where it was.",
        "Go on with resume(), or run it again to the end.",
        "[was|were] interrupted",
        "from {start} interrupted after {steps}",
    )  # fmt: skip

    @property
    def success(self) -> bool:
        """Whether a verified minimum was reached."""
        return self in (Status.CONVERGED, Status.AT_BOUND)

    def phrase(self, count: int = 1) -> str:
        """Tell what a run of this status does, or several.

        Examples
        --------
        >>> Status.DIVERGED.phrase(), Status.DIVERGED.phrase(2)
        ('runs away to infinity', 'run away to infinity')
        """
        return _FORMS.sub(r"\1" if count == 1 else r"\2", self.words)


SUCCESSES = tuple(status for status in Status if status.success)
AWAY = (Status.DIVERGED, Status.OUT_OF_DOMAIN)
WORST_FIRST = sorted(Status, key=lambda status: -status.badness)


class Kind(IntEnum):
    """What a point is.

    Examples
    --------
    >>> Kind.WEAK_MINIMUM.words
    'weak minimum'
    """

    words: str

    def __new__(cls, code: int, words: str = "") -> Kind:
        """Keep the words beside the code."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.words = words
        return member

    MINIMUM = (0, "minimum")
    WEAK_MINIMUM = (1, "weak minimum")
    MAXIMUM = (2, "maximum")
    SADDLE = (3, "saddle")
    FLAT = (4, "flat region")
    KINK_MINIMUM = (5, "minimum at a kink")
    NOT_STATIONARY = (6, "not a stationary point")
    UNKNOWN = (7, "unknown")

    @property
    def lowest(self) -> bool:
        """Whether the point is a minimum of some kind."""
        return self in (Kind.MINIMUM, Kind.WEAK_MINIMUM, Kind.KINK_MINIMUM)
