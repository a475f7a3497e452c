"""Ranges of settings beyond which the formula of a method means nothing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Range(NamedTuple):
    """From which to which value a setting goes, both included, and the words for it."""

    least: float
    most: float
    takes: str


SHARE = Range(0.0, float(np.nextafter(1, 0)), "a number >= 0 and < 1")
DAMPING = Range(-SHARE.most, SHARE.most, "a number > -1 and < 1, as no rate settles with others")
NOT_NEGATIVE = Range(0.0, np.inf, "a number >= 0")
TINY = Range(float(np.nextafter(0, 1)), np.inf, "a number > 0, by which nothing is divided by 0")
SHRINKING = Range(float(np.nextafter(0, 1)), 1.0, "a number > 0 and <= 1")
GROWING = Range(1.0, np.inf, "a number >= 1")
