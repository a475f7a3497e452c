"""The verdicts: how a run ended (`Status`) and what the point is where it ended (`Kind`)."""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """How a run ended.

    Every member has a `meaning`, one sentence on what happened, and an `advice` on what to try.
    Only `CONVERGED` and `AT_BOUND` are successes.

    Examples
    --------
    >>> Status.SLOW.success
    False
    >>> print(Status.SLOW.advice)
    Allow more epochs, or raise lr.
    """

    meaning: str
    advice: str

    def __new__(cls, code: int, meaning: str = "", advice: str = "") -> Status:
        """Keep the sentences beside the code."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        member.advice = advice
        return member

    CONVERGED = (
        0,
        "The run reached a local minimum, verified by the second derivatives.",
        "",
    )
    AT_BOUND = (
        1,
        "The run reached a minimum on a bound, verified: f falls only outside the bounds.",
        "Widen the bounds if they are not part of the question.",
    )
    STALLED_AT_START = (
        2,
        "The gradient is zero at the start, which is no minimum, so the run never moved.",
        "Start elsewhere, or use escape=True.",
    )
    NOT_A_MINIMUM = (
        3,
        "The run moved, and ended where the gradient vanishes on a maximum or a saddle.",
        "Start elsewhere, or use escape=True.",
    )
    PLATEAU = (
        4,
        "The gradient is small only because f is flat there; no minimum is near.",
        "Start closer to where f changes.",
    )
    SLOW = (
        5,
        "The epochs ran out while the run was still descending.",
        "Allow more epochs, or raise lr.",
    )
    OSCILLATING = (
        6,
        "The epochs ran out on a cycle or wandering: the step is too large here.",
        "Lower lr, or leave it out.",
    )
    DIVERGED = (
        7,
        "The run ran away to infinity.",
        "Lower lr, set bounds, or check that f has a lower limit.",
    )
    OUT_OF_DOMAIN = (
        8,
        "f or its gradient is not finite where the run was.",
        "Start inside the domain of f, or set bounds that stay inside.",
    )
    NO_PROGRESS = (
        9,
        "No step lowers f any further, and this is not a verified minimum.",
        "Look at f around this point: a kink, a jump, or the limit of rounding.",
    )
    STOPPED = (
        10,
        "The run was interrupted; this is where it was.",
        "Run it again to the end.",
    )

    @property
    def success(self) -> bool:
        """Whether a verified minimum was reached."""
        return self in (Status.CONVERGED, Status.AT_BOUND)


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
