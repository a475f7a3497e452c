"""Normal numbers from a counter: the same for the same key and counter, wherever they are made.

The generator is Threefry, which needs sums, rotations and exclusive ors of whole numbers of 64
bits only. It runs on numbers of a lane, or on arrays (see `engine.drive.slow`).

References
----------
J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3",
Proceedings of the International Conference for High Performance Computing, Networking, Storage
and Analysis (2011), doi:10.1145/2063384.2063405.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...arrays import Array
from . import vmath
from .intrinsics import Bits, Float, from_bits, root, to_bits
from .lane import Number

_ROUNDS = 13  # with these the generator passes all tests of BigCrush
_ROTATIONS = (16, 42, 12, 31, 16, 32, 24, 21)
_PARITY = 0x1BD11BDAA9FC1A22
_MANTISSA = 52
_TWO_52 = 2.0**_MANTISSA
_BELOW_TWO_52 = (1 << _MANTISSA) - 1
_ONE = 0x3FF << _MANTISSA  # the bits of 1.0

Words = Any  # whole numbers of 64 bits: `Bits` of lanes, or arrays of np.uint64


def threefry(key: Sequence[Words], counter: Sequence[Words]) -> tuple[Words, Words]:
    """Encrypt a counter of two words with a key of two words.

    Examples
    --------
    >>> zero = np.zeros(1, dtype=np.uint64)
    >>> [f"{int(word[0]):x}" for word in threefry([zero, zero], [zero, zero])]
    ['f167b032c3b480bd', 'e91f9fee4b7a6fb5']
    """
    keys = [*key, key[0] ^ key[1] ^ _PARITY]
    a, b = counter[0] + keys[0], counter[1] + keys[1]
    for i in range(_ROUNDS):
        turn = _ROTATIONS[i % len(_ROTATIONS)]
        a = a + b
        b = ((b << turn) | (b >> (64 - turn))) ^ a
        if i % 4 == 3:
            block = i // 4 + 1
            a, b = a + keys[block % 3], b + keys[(block + 1) % 3] + block
    return a, b


def normal_pair(key: Sequence[Any], epoch: Any, pair: int) -> tuple[Any, Any]:
    """Give two independent normal numbers of a run's key, an epoch, and the place of the pair.

    By the formula of G. E. P. Box and M. E. Muller, "A note on the generation of random normal
    deviates", Annals of Mathematical Statistics 29, 610-611 (1958), doi:10.1214/aoms/1177706645.
    """
    words = [_word(k) for k in key]
    counter = _word(epoch)
    first, second = threefry(words, [counter, (counter ^ counter) + pair])
    uniform = [2.0 - _from_one(word) for word in (first, second)]
    if not isinstance(first, Bits):
        return _box_muller(uniform[0], uniform[1], np)
    a, b = _box_muller(uniform[0], uniform[1], vmath)
    return Number(a.builder, a.node), Number(b.builder, b.node)


def _box_muller(size: Any, turn: Any, functions: Any) -> tuple[Any, Any]:
    """Make two normal numbers of two that are uniform, above 0 and up to 1."""
    square = functions.log(size) * -2.0
    radius = root(square) if isinstance(square, Float) else np.sqrt(square)
    angle = turn * (2.0 * math.pi)
    return radius * functions.cos(angle), radius * functions.sin(angle)


def _word(number: Any) -> Words:
    """Give a whole number below 2**52 as a word."""
    if isinstance(number, Float):
        return to_bits(Float(number.builder, number.node) + _TWO_52) & _BELOW_TWO_52
    return np.asarray(number).astype(np.uint64)


def _from_one(word: Words) -> Any:
    """Give a number from 1 up to 2 by the upper 52 bits of a word."""
    bits = (word >> (64 - _MANTISSA)) | _ONE
    return from_bits(bits) if isinstance(bits, Bits) else bits.view(np.float64)


def key_of(seed: int, x0: Array) -> Array:
    """Give what tells runs apart: two whole numbers below 2**52 each, ``(2, n_runs)``.

    They follow from the seed and the start; runs that share a start are counted.
    """
    starts = x0 + 0.0  # -0.0 is the same place as 0.0
    places = np.ascontiguousarray(starts).view(np.uint64)
    seeds = np.full(len(starts), seed, dtype=np.uint64)
    key = [seeds, _occurrence(starts)]
    for i, column in enumerate(places.T):
        key = list(threefry(key, [column, np.full(len(column), i, dtype=np.uint64)]))
    return np.array([k >> np.uint64(64 - _MANTISSA) for k in key], dtype=float)


def _occurrence(starts: Array) -> Any:
    """Count for each start the equal ones before it."""
    _, member = np.unique(starts, axis=0, return_inverse=True)
    order = np.argsort(member.ravel(), kind="stable")
    ranked = member.ravel()[order]
    first = np.searchsorted(ranked, ranked)
    count = np.empty(len(starts), dtype=np.uint64)
    count[order] = np.arange(len(starts)) - first
    return count
