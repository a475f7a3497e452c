"""One thread for small matrices: in more than one, BLAS waits for itself longer than it computes.

Where other work takes the processor, eigenvectors of a matrix of 57 rows take 200 times as long in
two threads of OpenBLAS as in one, and all that is processor time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_lock = threading.Lock()
_inside: list[list[int]] = []  # numbers of threads to go back to, once for each call in progress


def in_one_thread(function: Callable[P, T]) -> Callable[P, T]:
    """Make a function use one thread for BLAS; afterwards all is as before.

    Examples
    --------
    >>> import numpy as np
    >>> in_one_thread(np.linalg.det)(np.eye(3))
    np.float64(1.0)
    """

    @wraps(function)
    def call(*args: P.args, **keywords: P.kwargs) -> T:
        with one_thread():
            return function(*args, **keywords)

    return call


@contextmanager
def one_thread() -> Iterator[None]:
    """Use one thread for BLAS; the first call that enters sets it, the last one sets it back."""
    libraries = _libraries()
    with _lock:
        before = _inside[0] if _inside else [its.get_num_threads() for its in libraries]
        _inside.append(before)
        for its in libraries:
            its.set_num_threads(1)
    try:
        yield
    finally:
        with _lock:
            _inside.pop()
            for its, number in zip(libraries, before, strict=True):
                if not _inside:
                    its.set_num_threads(number)


@cache
def _libraries() -> list[Any]:
    """Give the libraries for linear algebra that NumPy has loaded."""
    from threadpoolctl import ThreadpoolController

    return [its for its in ThreadpoolController().lib_controllers if its.user_api == "blas"]
