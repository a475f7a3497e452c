"""The folder of compiled kernels: private, and never able to do more harm than a compilation."""

from __future__ import annotations

import inspect
import linecache
import os
import stat
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from numba.core import event

import symgd
from symgd.engine import codegen, store
from symgd.problem import Problem

KERNEL = codegen.automatic_kernel(Problem("x**2").symbolic, bounded=False)
OTHER = codegen.automatic_kernel(Problem("x**2 + 1").symbolic, bounded=False)
POSIX = pytest.mark.skipif(os.name != "posix", reason="modes of folders are a matter of POSIX")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder of our own, not made yet, and an empty memo."""
    path = tmp_path / "kernels"
    monkeypatch.setenv("SYMGD_CACHE_DIR", str(path))
    monkeypatch.setattr(store, "_memo", type(store._memo)())
    return path


@pytest.fixture
def compiled():
    """Number of functions that Numba compiled since the test began."""
    with event.install_recorder("numba:compile") as recorder:
        yield lambda: len(recorder.buffer)


def works(function, kernel=KERNEL):
    """Run one lane of a kernel from x = 3 to its end at 0."""
    state = np.zeros((1, kernel.layout.height, codegen.LANES))
    rows = kernel.layout.rows
    for name, value in {"x": 3.0, "limit": 100.0, "tol": 0.0, "f": np.inf, "scale": 0.1}.items():
        state[:, rows[name]] = value
    function(state, 200, False)
    return abs(state[0, rows["x"].start]).max() < 1e-12


def forget():
    store._memo.clear()


def test_a_kernel_is_compiled_once_and_kept_on_disk(home, compiled):
    assert works(store.load(KERNEL.source, None))
    first = compiled()
    assert first > 0
    assert store.load(KERNEL.source, None) is store.load(KERNEL.source, None)
    forget()
    assert works(store.load(KERNEL.source, None))
    assert compiled() == first
    (file,) = home.glob("kernel_*.py")
    assert file.read_text() == KERNEL.source


@POSIX
def test_the_folder_is_private(home):
    old = os.umask(0)
    try:
        store.load(KERNEL.source, None)
    finally:
        os.umask(old)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


@POSIX
@pytest.mark.parametrize("mode", [0o770, 0o707, 0o722])
def test_a_folder_that_others_may_write_to_is_refused(home, mode):
    home.mkdir()
    home.chmod(mode)
    assert store.folder() is None
    assert works(store.load(KERNEL.source, None))
    assert list(home.iterdir()) == []


@POSIX
def test_a_folder_of_somebody_else_is_refused(home, monkeypatch):
    home.mkdir(mode=0o700)
    monkeypatch.setattr(os, "geteuid", lambda: home.stat().st_uid + 1)
    assert store.folder() is None


def test_off_keeps_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("SYMGD_CACHE_DIR", "off")
    monkeypatch.setattr(store, "_memo", type(store._memo)())
    monkeypatch.chdir(tmp_path)
    assert store.folder() is None
    assert works(store.load(KERNEL.source, None))
    assert list(tmp_path.iterdir()) == []
    symgd.clear_cache()


def test_without_the_variable_it_is_the_users_cache(monkeypatch, tmp_path):
    monkeypatch.delenv("SYMGD_CACHE_DIR")
    monkeypatch.setattr(store, "_user_cache", lambda: tmp_path / "cache")
    assert store.folder() == tmp_path / "cache" / "symgd"


def test_a_folder_that_cannot_be_made_costs_a_compilation_only(home, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SYMGD_CACHE_DIR", str(tmp_path / "file" / "kernels"))
    assert store.folder() is None
    assert works(store.load(KERNEL.source, None))


def test_a_read_only_folder_costs_a_compilation_only(home, monkeypatch):
    def refuse(*_, **__):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(store.tempfile, "mkstemp", refuse)
    assert works(store.load(KERNEL.source, None))
    assert list(home.glob("kernel_*")) == []


DAMAGE = {
    "truncated": lambda data: data[: len(data) // 2],
    "emptied": lambda _: b"",
    "overwritten": lambda data: b"\x80\x04garbage" * (len(data) // 9),
    "turned": lambda data: data[::-1],
}


@pytest.mark.parametrize("what", ["kernel_*.py", "__pycache__/*.nbi", "__pycache__/*.nbc"])
@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_files_cost_a_compilation_only(home, what, damage):
    store.load(KERNEL.source, None)
    files = list(home.glob(what))
    assert files
    for file in files:
        file.write_bytes(DAMAGE[damage](file.read_bytes()))
    forget()
    assert works(store.load(KERNEL.source, None))
    forget()
    assert works(store.load(KERNEL.source, None))


def test_a_file_that_says_something_else_is_written_anew(home):
    store.load(KERNEL.source, None)
    (file,) = home.glob("kernel_*.py")
    file.write_text("raise SystemExit('never run this')\n")
    forget()
    assert works(store.load(KERNEL.source, None))
    assert file.read_text() == KERNEL.source


def test_clear_cache_forgets_memory_and_disk(home, compiled):
    store.load(KERNEL.source, None)
    mine = home / "notes.txt"
    mine.write_text("not a kernel")
    symgd.clear_cache()
    assert list(home.glob("**/kernel_*")) == []
    assert mine.exists()
    before = compiled()
    assert works(store.load(KERNEL.source, None))
    assert compiled() > before


def test_the_folder_is_kept_below_its_limit(home, monkeypatch):
    store.load(KERNEL.source, None)
    (old,) = home.glob("kernel_*.py")
    for entry in home.glob("**/kernel_*"):
        os.utime(entry, (1, 1))
    monkeypatch.setattr(store, "_DISK_BYTES", 1)
    store.load(OTHER.source, None)
    assert not old.exists()
    assert len(list(home.glob("kernel_*.py"))) == 1


def test_memory_is_bounded(home, monkeypatch):
    monkeypatch.setattr(store, "_MEMO_SIZE", 1)
    first = store.load(KERNEL.source, None)
    store.load(OTHER.source, None)
    assert len(store._memo) == 1
    assert store.load(KERNEL.source, None) is not first


@pytest.mark.parametrize("where", ["disk", "memory"])
def test_tracebacks_show_the_source(home, where, monkeypatch):
    if where == "memory":
        monkeypatch.setenv("SYMGD_CACHE_DIR", "off")
    code = store.load(KERNEL.source, None).py_func.__code__
    line = linecache.getline(code.co_filename, code.co_firstlineno + 1)
    assert line in KERNEL.source
    assert "def run(" in inspect.getsource(code)


def test_a_rule_is_part_of_the_key(home):
    symbolic = Problem("x**2").symbolic
    kernel = codegen.fixed_kernel(symbolic, symgd.rules.GradientDescent, bounded=False)

    class Half(symgd.rules.Rule):
        name = "gd"

        @staticmethod
        def step(x, grad, epoch, lr):
            return (x - 0.5 * lr * grad,)

    assert codegen.fixed_kernel(symbolic, Half, bounded=False).source == kernel.source
    one, half = (store.load(kernel.source, r) for r in (symgd.rules.GradientDescent, Half))
    assert one is not half
    assert len(list(home.glob("kernel_*.py"))) == 2


PROGRAM = """
    import warnings
    warnings.simplefilter("error")
    from numba.core import event
    import symgd
    with event.install_recorder("numba:compile") as recorder:
        result = symgd.minimize("cosh(x - 2) + (y + 1)**2*cosh(x)", x0=[0.5, 0.5])
    print(len(recorder.buffer), *result.x)
"""


def start():
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PROGRAM)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def finish(process):
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert err == ""
    number, *x = out.split()
    assert [float(v) for v in x] == pytest.approx([2.0, -1.0])
    return int(number), x


def test_two_processes_at_once_and_a_third_one_later(home):
    both = [start(), start()]
    results = [finish(process) for process in both]
    assert results[0][1] == results[1][1]
    compilations, x = finish(start())
    assert compilations == 0
    assert x == results[0][1]
    assert not list(home.glob("*.tmp"))
