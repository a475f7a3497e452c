"""What all tests share: how many examples Hypothesis tries, and a store of kernels of their own."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

collect_ignore = ["data"]  # among it is a script that is wrong, for type checkers

# Machines may stand still for a while, emulated ones above all: no test depends on time.
_TIMED = [HealthCheck.too_slow]
_SEARCH = settings(deadline=None, max_examples=25, suppress_health_check=_TIMED)
settings.register_profile("search", _SEARCH)  # other examples in every run
settings.register_profile("symgd", _SEARCH, derandomize=True)  # the same ones: it passes or fails
settings.load_profile("symgd")


@pytest.fixture(scope="session", autouse=True)
def private_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the tests away from the user's folder of compiled kernels."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "SYMGD_CACHE_DIR", str(tmp_path_factory.mktemp("kernels")))
        yield


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> Iterator[None]:
    """Let SIGINT arrive, which a shell has its background jobs ignore; children inherit it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
