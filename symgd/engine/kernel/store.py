"""Compiled kernels: a bounded memo in this process, and a private folder on disk.

The folder holds the machine code of each kernel, and its source to look at. Whoever writes to it
can run code as the user, so a folder that others own or may write to is refused. A file begins
with a checksum, since damaged machine code would end the process. Whatever goes wrong with the
folder costs a compilation and nothing else.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import stat
import sys
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import llvmlite

from ... import memos
from ...threads import Helper
from ...version import __version__
from ...watch import during, look
from . import native
from .source import Kernel

_MEMO_SIZE = memos.SIZE  # kernels kept in memory
_DISK_BYTES = 256 * 2**20
_OFF = "off"

_memo: OrderedDict[object, native.Run] = OrderedDict()
_lock = threading.RLock()
_left: OrderedDict[object, _Work] = OrderedDict()  # what threads compile that nobody waits for
_MOST_LEFT = 16
_PAUSE = 0.05  # seconds between two looks at a thread that compiles
_compiling = threading.Lock()  # also for a thread that nobody waits for any more


@during("preparing the loop")
def load(kernel: Kernel) -> native.Run:
    """Give the compiled form of a kernel: from memory, from disk, or compiled now.

    One whose method does not tell what its step depends on is kept in memory only.

    Parameters
    ----------
    kernel : Kernel
        What to load.

    Returns
    -------
    callable
        ``run(state, epochs, leap)``, which works on `state` in place.
    """
    text = kernel.text
    digest = None if text is None else _digest(text)
    key = digest or (kernel.method.kind, kernel.source, kernel.layout)
    with _lock:
        if key not in _memo:
            code = (digest and _from_disk(digest)) or _compiled(key, digest, kernel)
            _memo[key] = native.load(code)
            if len(_memo) > _MEMO_SIZE:
                _memo.popitem(last=False)
        _memo.move_to_end(key)
        return _memo[key]


def compiling() -> bool:
    """Tell whether a thread compiles, maybe for nobody any more; a new kernel would wait for it."""
    return _compiling.locked()


def folder() -> Path | None:
    """Give the folder of compiled kernels, or None where there is no safe one.

    The environment variable ``SYMGD_CACHE_DIR`` names another folder; ``off`` turns it off.
    """
    chosen = os.environ.get("SYMGD_CACHE_DIR", "")
    if chosen == _OFF:
        return None
    try:
        path = Path(chosen) if chosen else _user_cache() / "symgd"
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path if _is_private(path.stat()) else None
    except (OSError, RuntimeError):
        return None


def clear_cache() -> None:
    """Forget every compiled kernel, in memory and on disk, and all that is kept of formulas.

    Examples
    --------
    >>> import symgd
    >>> symgd.clear_cache()
    """
    with _lock:
        _memo.clear()
        _left.clear()
        memos.forget()
        path = folder()
        if path is not None:
            for entry in path.glob("kernel_*"):
                entry.unlink(missing_ok=True)


def _user_cache() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def _is_private(found: os.stat_result) -> bool:
    """Tell whether nobody but this user may write there."""
    if os.name != "posix":
        return True
    return found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


@cache
def _environment() -> str:
    """Everything besides the kernel's own text that decides its machine code."""
    folders = (Path(__file__).parents[2] / name for name in ("engine", "methods", "diagnosis"))
    files = sorted(file for folder in folders for file in folder.rglob("*.py"))
    sources = [file.read_text("utf-8") for file in files]
    versions = [sys.version, __version__, _numba_version(), llvmlite.__version__]
    switches = [f"{k}={v}" for k, v in sorted(os.environ.items()) if k.startswith("NUMBA_")]
    return _hash(*versions, *switches, native.processor(), *sources)


def _numba_version() -> str:
    """Read the version of Numba, which takes far longer to import."""
    found = importlib.util.find_spec("numba")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).with_name("_version.py").read_text("utf-8")


def _digest(text: str) -> str:
    return _hash(_environment(), text)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _from_disk(digest: str) -> bytes | None:
    """Read the machine code of a kernel, unless it is missing or damaged."""
    path = folder()
    if path is None:
        return None
    try:
        data = _read(_file(path, digest))
    except OSError:
        return None
    code = data[hashlib.sha256().digest_size :]
    return code if data == _checksum(digest, code) + code else None


@during("compiling")
def _compiled(key: object, digest: str | None, kernel: Kernel) -> bytes:
    """Compile a kernel, and keep it on disk where that is possible."""

    def compile_it() -> bytes:
        from .jit import machine_code  # imports Numba; here no alarm of the caller breaks that off

        return machine_code(kernel, f"<symgd kernel {digest or id(kernel)}>")

    code = _interruptible(key, compile_it)
    path, text = folder(), kernel.text
    if path is not None and digest is not None and text is not None:
        with suppress(OSError):
            _make_room(path)
            file = _file(path, digest)
            _write(file, _checksum(digest, code) + code)
            _write(file.with_suffix(".py"), text.encode())
    return code


class _Work:
    """A thread that compiles, and what came of it."""

    def __init__(self, compile_it: Callable[[], bytes]) -> None:
        self._compile = compile_it
        self.found: bytes | BaseException | None = None
        self.thread = Helper(self._run)

    def _run(self) -> None:
        with _compiling:
            try:
                self.found = self._compile()
            except BaseException as error:  # it is raised where somebody waits
                self.found = error


def _interruptible(key: object, compile_it: Callable[[], bytes]) -> bytes:
    """Let a thread compile, since LLVM hears no Ctrl-C; if that comes, nobody waits for it.

    What it finds is kept for who asks next, so that no call which is soon over begins it again.
    """
    work = _left.pop(key, None)
    if work is None or isinstance(work.found, BaseException):
        work = _Work(compile_it)
        work.thread.start()
    try:
        while not work.thread.ended(_PAUSE):
            look()
    except BaseException:
        _left[key] = work
        if len(_left) > _MOST_LEFT:
            _left.popitem(last=False)
        raise
    if not isinstance(work.found, bytes):
        assert work.found is not None
        raise work.found
    return work.found


def _file(path: Path, digest: str) -> Path:
    return path / f"kernel_{digest}.bin"


def _checksum(digest: str, code: bytes) -> bytes:
    return hashlib.sha256(digest.encode() + code).digest()


def _read(file: Path) -> bytes:
    """Read a file that this user alone may write to; asked of what is open, not of its name."""
    with open(file, "rb", opener=_without_links) as stream:
        if not _is_private(os.fstat(stream.fileno())):
            raise PermissionError(f"{file} belongs to others too")
        return stream.read()


def _without_links(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0))


def _write(file: Path, data: bytes) -> None:
    """Write a file so that no other process ever sees half of it."""
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix="kernel_", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(temporary).replace(file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _make_room(path: Path) -> None:
    """Delete the oldest kernels when the folder has grown over its limit."""
    entries = []
    for entry in path.glob("kernel_*"):
        with suppress(FileNotFoundError):  # another process makes room as well
            entries.append((entry, entry.stat()))
    total = sum(s.st_size for _, s in entries)
    for entry, status in sorted(entries, key=lambda pair: pair[1].st_mtime):
        if total <= _DISK_BYTES:
            return
        entry.unlink(missing_ok=True)
        total -= status.st_size
