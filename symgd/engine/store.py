"""Compiled kernels: a bounded memo in this process, and a private folder on disk.

A kernel's module is written to the folder and imported from there, so that tracebacks show its
source and Numba keeps its machine code beside it. Cached code is a pickle: whoever writes to the
folder can run code as the user, so a folder that others own or may write to is refused.
Whatever goes wrong with the folder costs a compilation and nothing else.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import linecache
import os
import shutil
import stat
import sys
import tempfile
import threading
import types
from collections import OrderedDict
from collections.abc import Callable
from functools import cache
from pathlib import Path

import llvmlite.binding

from .rules import Rule

_MEMO_SIZE = 256  # kernels kept in memory; each holds about 1 MB for the life of the process
_DISK_BYTES = 256 * 2**20
_OFF = "off"

_memo: OrderedDict[str, Callable[..., None]] = OrderedDict()
_lock = threading.RLock()


def load(source: str, rule: type[Rule] | None) -> Callable[..., None]:
    """Give the compiled form of a kernel: from memory, from disk, or compiled now.

    Parameters
    ----------
    source : str
        Source of a module that defines `run`.
    rule : type of Rule or None
        The rule whose step the module compiles; it finds it under the name ``RULE``.

    Returns
    -------
    callable
        ``run(state, epochs, leap)``, which works on `state` in place.
    """
    digest = _digest(source, rule)
    with _lock:
        if digest not in _memo:
            _memo[digest] = _from_disk(digest, source, rule) or _in_memory(digest, source, rule)
            if len(_memo) > _MEMO_SIZE:
                _memo.popitem(last=False)
        _memo.move_to_end(digest)
        return _memo[digest]


def folder() -> Path | None:
    """Give the folder of compiled kernels, or None where there is no safe one.

    The environment variable ``SYMGD_CACHE_DIR`` names another folder; ``off`` turns it off.
    """
    chosen = os.environ.get("SYMGD_CACHE_DIR", "")
    if chosen == _OFF:
        return None
    path = Path(chosen) if chosen else _user_cache() / "symgd"
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path if _is_private(path) else None
    except (OSError, RuntimeError):
        return None


def clear_cache() -> None:
    """Forget every compiled kernel, in memory and on disk.

    Examples
    --------
    >>> import symgd
    >>> symgd.clear_cache()
    """
    with _lock:
        _memo.clear()
        path = folder()
        if path is not None:
            for entry in path.glob("kernel_*"):
                entry.unlink(missing_ok=True)
            shutil.rmtree(path / "__pycache__", ignore_errors=True)


def _user_cache() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def _is_private(path: Path) -> bool:
    if os.name != "posix":
        return True
    found = path.stat()
    return found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


@cache
def _environment() -> str:
    """Everything besides the kernel's own source that decides its machine code."""
    here = Path(__file__).parent
    names = ("jit", "lane", "steps", "vmath", "intrinsics", "coefficients", "stops")
    sources = [(here / f"{name}.py").read_text() for name in names]
    versions = [importlib.metadata.version(name) for name in ("numba", "llvmlite", "numpy")]
    cpu = llvmlite.binding.get_host_cpu_name()
    features = llvmlite.binding.get_host_cpu_features().flatten()
    return "\n".join([sys.version, *versions, cpu, features, *sources])


def _digest(source: str, rule: type[Rule] | None) -> str:
    parts = [_environment(), source, _fingerprint(rule)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _fingerprint(rule: type[Rule] | None) -> str:
    if rule is None:
        return ""
    code = rule.step.__code__
    return f"{code.co_code.hex()} {code.co_consts} {code.co_names} {code.co_varnames}"


def _from_disk(digest: str, source: str, rule: type[Rule] | None) -> Callable[..., None] | None:
    path = folder()
    if path is None:
        return None
    file = path / f"kernel_{digest}.py"
    try:
        if not file.exists() or file.read_text() != source:
            _make_room(path)
            _write(file, source)
        return _imported(file, rule)
    except Exception:  # a damaged file, a full disk, a race: compile without the disk
        _forget(path, digest)
        return None


def _imported(file: Path, rule: type[Rule] | None) -> Callable[..., None]:
    spec = importlib.util.spec_from_file_location(f"symgd.engine.{file.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    module.__dict__["RULE"] = rule
    sys.modules[spec.name] = module  # Numba looks it up when it loads the machine code
    spec.loader.exec_module(module)
    run: Callable[..., None] = module.run
    return run


def _in_memory(digest: str, source: str, rule: type[Rule] | None) -> Callable[..., None]:
    name = f"<symgd kernel {digest}>"
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    module = types.ModuleType(f"symgd.engine.kernel_{digest}")
    module.__dict__["RULE"] = rule
    exec(compile(source, name, "exec"), module.__dict__)  # noqa: S102 - our own source
    run: Callable[..., None] = module.__dict__["run"]
    return run


def _write(file: Path, source: str) -> None:
    """Write a file so that no other process ever sees half of it."""
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix="kernel_", suffix=".tmp")
    try:
        with os.fdopen(handle, "w") as stream:
            stream.write(source)
        Path(temporary).replace(file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _forget(path: Path, digest: str) -> None:
    for entry in path.glob(f"**/kernel_{digest}*"):
        try:
            entry.unlink()
        except OSError:
            continue


def _make_room(path: Path) -> None:
    """Delete the oldest kernels when the folder has grown over its limit."""
    entries = [(e, e.stat()) for e in path.glob("**/kernel_*") if e.is_file()]
    total = sum(s.st_size for _, s in entries)
    for entry, status in sorted(entries, key=lambda pair: pair[1].st_mtime):
        if total <= _DISK_BYTES:
            return
        entry.unlink(missing_ok=True)
        total -= status.st_size
