"""Memory: what formulas leave behind is bounded, and given back when asked."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

PROGRAM = """
    import gc, os, sys
    import symgd

    def used():
        gc.collect()
        with open("/proc/self/statm") as stream:
            pages = int(stream.read().split()[1])
        return sys.getallocatedblocks(), pages * os.sysconf("SC_PAGE_SIZE")

    def formulas(start, stop):
        for i in range(start, stop):
            symgd.minimize(f"{i}.5*x**2 + sin({i}*x)", x0=[1.0, 2.0])
        return used()

    first = formulas(1, 4)[0]
    before = formulas(4, 81)[1]
    full, after = formulas(81, 151)
    symgd.clear_cache()
    print("numba" in sys.modules, (after - before) / 70, (full - used()[0]) / (full - first))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads how much memory is in use from /proc")
def test_memory_does_not_grow_with_every_formula(tmp_path, monkeypatch):
    monkeypatch.setenv("SYMGD_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("MALLOC_TRIM_THRESHOLD_", "0")
    keeping = PROGRAM.replace(
        "symgd.clear_cache()", 'os.environ["SYMGD_CACHE_DIR"] = "off"; symgd.clear_cache()'
    )
    for compiles in (True, False):
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(keeping)],
            capture_output=True, text=True, timeout=300, check=True,
        )  # fmt: skip
        compiled, growth, given_back = done.stdout.split()
        assert compiled == str(compiles)
        assert float(growth) < 80_000  # bytes for each formula
        assert float(given_back) > 0.8
