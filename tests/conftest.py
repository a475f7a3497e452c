"""What all tests share: how many examples Hypothesis tries, and a store of kernels of their own."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator

import pytest
from hypothesis import settings

from symgd.testing import register_profile
from symgd.threads import Helper

collect_ignore = ["data"]  # among it is a script that is wrong, for type checkers

register_profile("search")  # other examples in every run
register_profile("symgd", derandomize=True)  # the same ones: it passes or fails
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


@pytest.fixture(scope="session", autouse=True)
def traced() -> Iterator[None]:
    """Let coverage see what the threads of `Helper` do, which `threading` does not begin."""
    if not threading.gettrace():
        yield
        return
    run = Helper._run

    def traced_run(helper: Helper) -> None:
        sys.settrace(threading.gettrace())
        run(helper)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Helper, "_run", traced_run)
        yield
