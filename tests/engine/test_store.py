"""The folder of compiled kernels: private, and never able to do more harm than a compilation."""

from __future__ import annotations

import errno
import io
import linecache
import logging
import os
import stat
import subprocess
import sys
import textwrap
import traceback
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba.core import event

import symgd
from symgd.engine.kernel import source, store
from symgd.engine.kernel.layout import LANES
from symgd.methods import Automatic
from symgd.problem import Problem

KERNEL = source.kernel(Problem("x**2").symbolic, Automatic(), False)
OTHER = source.kernel(Problem("x**2 + 1").symbolic, Automatic(), False)
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
    with event.install_recorder("numba:run_pass") as recorder:
        yield lambda: len(recorder.buffer)


def lanes(kernel=KERNEL):
    """Give one block that starts from x = 3."""
    state = np.zeros((1, kernel.layout.height, LANES))
    rows = kernel.layout.rows
    for name, value in {"x": 3.0, "limit": 100.0, "tol": 0.0, "f": np.inf, "scale": 0.1}.items():
        state[:, rows[name]] = value
    return state


def works(function, kernel=KERNEL):
    """Run one block of a kernel to its end at 0."""
    state = lanes(kernel)
    function(state, 200, False)
    return abs(state[0, kernel.layout.rows["x"].start]).max() < 1e-12


def forget():
    store._memo.clear()


def test_a_kernel_is_compiled_once_and_kept_on_disk(home, compiled):
    assert works(store.load(KERNEL))
    first = compiled()
    assert first > 0
    assert store.load(KERNEL) is store.load(KERNEL)
    forget()
    assert works(store.load(KERNEL))
    assert compiled() == first
    (source,) = home.glob("kernel_*.py")
    assert source.read_text() == KERNEL.text
    assert source.with_suffix(".bin").exists()
    assert len(list(home.iterdir())) == 2


def test_a_kernel_from_disk_gives_the_same_bits(home):
    ends = []
    for _ in range(2):
        state = lanes()
        state[0, KERNEL.layout.rows["x"]] = np.linspace(-9, 9, LANES)
        store.load(KERNEL)(state, 5, False)
        ends.append(state.tobytes())
        forget()
    assert ends[0] == ends[1]


@POSIX
def test_the_folder_is_private(home):
    old = os.umask(0)
    try:
        store.load(KERNEL)
    finally:
        os.umask(old)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


@POSIX
@pytest.mark.parametrize("mode", [0o770, 0o707, 0o722])
def test_a_folder_that_others_may_write_to_is_refused(home, mode):
    home.mkdir()
    home.chmod(mode)
    assert store.folder() is None
    assert works(store.load(KERNEL))
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
    assert works(store.load(KERNEL))
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
    assert works(store.load(KERNEL))


@POSIX
def test_a_home_that_is_missing_costs_a_compilation_only(home, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    for name in ("SYMGD_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "file" / "home"))
    assert store.folder() is None
    assert works(store.load(KERNEL))


def test_a_user_without_a_home_costs_a_compilation_only(home, monkeypatch):
    def unknown():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("SYMGD_CACHE_DIR")
    monkeypatch.setattr(store, "_user_cache", unknown)
    assert store.folder() is None
    assert works(store.load(KERNEL))


def test_a_read_only_folder_costs_a_compilation_only(home, monkeypatch):
    def refuse(*_, **__):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(store.tempfile, "mkstemp", refuse)
    assert works(store.load(KERNEL))
    assert list(home.glob("kernel_*")) == []


DAMAGE = {
    "truncated": lambda data: data[: len(data) // 2],
    "emptied": lambda _: b"",
    "overwritten": lambda data: b"\x7fELF garbage" * (len(data) // 12),
    "turned": lambda data: data[::-1],
    "longer": lambda data: data + b"\0",
    "without its checksum": lambda data: data[32:],
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_costs_a_compilation_only(home, compiled, damage):
    store.load(KERNEL)
    (file,) = home.glob("kernel_*.bin")
    file.write_bytes(DAMAGE[damage](file.read_bytes()))
    before = compiled()
    for _ in range(2):
        forget()
        assert works(store.load(KERNEL))
    assert compiled() == 2 * before


def test_the_file_of_another_kernel_costs_a_compilation_only(home, compiled):
    store.load(OTHER)
    (other,) = home.glob("kernel_*.bin")
    store.load(KERNEL)
    (file,) = set(home.glob("kernel_*.bin")) - {other}
    file.write_bytes(other.read_bytes())
    before = compiled()
    forget()
    assert works(store.load(KERNEL))
    assert compiled() > before


@given(place=st.integers(0, 131), bit=st.integers(0, 7))
def test_no_changed_bit_goes_unnoticed(tmp_path_factory, place, bit):
    folder = tmp_path_factory.mktemp("kernels")
    data = bytearray(store._checksum("k", bytes(100)) + bytes(100))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SYMGD_CACHE_DIR", str(folder))
        (folder / "kernel_k.bin").write_bytes(data)
        assert store._from_disk("k") == bytes(100)
        data[place] ^= 1 << bit
        (folder / "kernel_k.bin").write_bytes(data)
        assert store._from_disk("k") is None


def test_the_source_on_disk_is_there_to_be_read_only(home, compiled):
    store.load(KERNEL)
    (file,) = home.glob("kernel_*.py")
    file.write_text("raise SystemExit('never run this')\n")
    before = compiled()
    forget()
    assert works(store.load(KERNEL))
    assert compiled() == before


def test_clear_cache_forgets_memory_and_disk(home, compiled):
    store.load(KERNEL)
    mine = home / "notes.txt"
    mine.write_text("not a kernel")
    symgd.clear_cache()
    assert list(home.glob("**/kernel_*")) == []
    assert mine.exists()
    before = compiled()
    assert works(store.load(KERNEL))
    assert compiled() > before


def test_the_folder_is_kept_below_its_limit(home, monkeypatch):
    store.load(KERNEL)
    (old,) = home.glob("kernel_*.bin")
    for entry in home.glob("kernel_*"):
        os.utime(entry, (1, 1))
    monkeypatch.setattr(store, "_DISK_BYTES", 1)
    store.load(OTHER)
    assert not old.exists()
    assert len(list(home.glob("kernel_*.bin"))) == 1


def test_memory_is_bounded(home, monkeypatch):
    monkeypatch.setattr(store, "_MEMO_SIZE", 1)
    first = store.load(KERNEL)
    store.load(OTHER)
    assert len(store._memo) == 1
    assert store.load(KERNEL) is not first


@pytest.mark.parametrize("where", ["disk", "memory"])
def test_tracebacks_show_the_source(home, where, monkeypatch):
    if where == "memory":
        monkeypatch.setenv("SYMGD_CACHE_DIR", "off")
    broken = replace(KERNEL, source="def evaluate(v0):\n    return missing(v0)\n")
    with pytest.raises(NameError) as caught:
        store.load(broken)
    assert "return missing(v0)" in "".join(traceback.format_exception(caught.value))


def test_numba_does_not_fill_the_log(home, caplog):
    caplog.set_level(logging.DEBUG)
    level = logging.getLogger("numba").level
    store.load(KERNEL)
    assert not [record for record in caplog.records if record.name.startswith("numba")]
    assert logging.getLogger("numba").level == level


def test_the_source_of_what_is_compiled_is_not_kept(home):
    store.load(KERNEL)
    assert f"<symgd kernel {store._digest(KERNEL.text)}>" not in linecache.cache


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("symgd.engine.kernel.native.processor", lambda: "another processor"),
        ("symgd.engine.kernel.store._numba_version", lambda: "another version"),
        ("symgd.engine.kernel.store.__version__", "another version"),
        ("llvmlite.__version__", "another version"),
        ("os.environ", {**os.environ, "NUMBA_OPT": "0"}),
        ("pathlib.Path.read_text", lambda *_: "other source"),
    ],
)
def test_the_key_includes(monkeypatch, what, value):
    before = store._digest(KERNEL.text)
    monkeypatch.setattr(what, value)
    monkeypatch.setattr(store, "_environment", store._environment.__wrapped__)
    assert store._digest(KERNEL.text) != before


def test_a_rule_is_part_of_the_key(home):
    symbolic = Problem("x**2").symbolic

    class Half(symgd.rules.Rule):
        name = "gd"

        @staticmethod
        def step(x, grad, epoch, lr):
            return (x - 0.5 * lr * grad,)

    rules = symgd.methods.GradientDescent(0.1), Half(0.1)
    one, half = (source.kernel(symbolic, rule, False) for rule in rules)
    assert one.source == half.source
    assert store.load(one) is not store.load(half)
    assert len(list(home.glob("kernel_*.bin"))) == 2


def linked(file):
    """Put a link in the place of a file."""
    elsewhere = file.with_name("elsewhere")
    file.rename(elsewhere)
    file.symlink_to(elsewhere)


FOREIGN = {
    "writable for the group": lambda file: file.chmod(0o620),
    "writable for others": lambda file: file.chmod(0o602),
    "a link": linked,
    "of somebody else": lambda file: os.chown(file, 12345, -1),
}


@POSIX
@pytest.mark.parametrize("change", FOREIGN)
def test_a_file_that_may_be_others_work_costs_a_compilation_only(home, compiled, change):
    if change == "of somebody else" and os.geteuid() != 0:
        pytest.skip("only root gives files away")
    store.load(KERNEL)
    (file,) = home.glob("kernel_*.bin")
    FOREIGN[change](file)
    before = compiled()
    forget()
    assert works(store.load(KERNEL))
    assert compiled() == 2 * before
    forget()
    assert works(store.load(KERNEL))  # from a file of our own, which took its place
    assert compiled() == 2 * before


@pytest.mark.parametrize("room", [0, 2000])
def test_a_disk_that_fills_up_keeps_no_part_of_a_kernel(home, monkeypatch, room):
    class Full(io.FileIO):
        def write(self, data):
            if len(data) > room:
                super().write(data[:room])
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return super().write(data)

    monkeypatch.setattr(store.os, "fdopen", Full)
    assert len(KERNEL.text) < 2000
    assert works(store.load(KERNEL))
    assert list(home.iterdir()) == []


@pytest.fixture
def tiny(home):
    """A disk of one page."""
    home.mkdir(mode=0o700)
    try:
        options = ["-t", "tmpfs", "-o", "size=4k,mode=700", "tmpfs", str(home)]
        subprocess.run(["mount", *options], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs the right to mount")
    yield home
    subprocess.run(["umount", str(home)], check=True)


def test_a_disk_of_one_page_keeps_no_source_without_its_code(tiny):
    assert works(store.load(KERNEL))
    assert {file.suffix for file in tiny.iterdir()} <= {".bin"}
    forget()
    assert works(store.load(KERNEL))


PROGRAM = """
    import warnings
    warnings.simplefilter("error")
    from numba.core import event
    import symgd
    with event.install_recorder("numba:run_pass") as recorder:
        result = symgd.minimize("cosh(x - 2) + (y + 1)**2*cosh(x)", x0=[0.5, 0.5])
    print(len(recorder.buffer), *result.x)
"""


def start(program=PROGRAM):
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)],
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


@POSIX
def test_a_full_disk_costs_a_compilation_only(home):
    program = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))"
    home.mkdir(mode=0o700)
    for _ in range(2):
        compilations, _ = finish(start(program + textwrap.dedent(PROGRAM)))
        assert compilations > 0
    assert list(home.iterdir()) == []


FIRST_COMMAND = """
    import sys
    from symgd.cli import main
    status = main(["minimize", "cos(2*pi*x)+x**2"])
    print(status, *({m.partition(".")[0] for m in sys.modules} & {"numba", "scipy", "matplotlib"}))
"""


def test_a_kernel_on_disk_needs_no_numba(home):
    said = [start(FIRST_COMMAND).communicate(timeout=120) for _ in range(2)]
    (first, first_error), (second, second_error) = [(out.splitlines(), err) for out, err in said]
    assert first_error == second_error == ""
    assert "numba" in first[-1].split()
    assert second[-1].split() == ["0"]
    assert second[:-1] == first[:-1]


def test_the_key_of_a_kernel_depends_on_all_code_that_writes_instructions(monkeypatch):
    read, whole = [], Path.read_text
    monkeypatch.setattr(Path, "read_text", lambda f, *how: read.append(f.name) or whole(f, *how))
    store._environment.__wrapped__()
    assert {"vmath.py", "frames.py", "automatic.py", "look.py", "outlook.py"} <= set(read)
