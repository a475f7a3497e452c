"""Results as files: arrays in one ``.npz``, with all else beside them as JSON; no pickle, no code.

The types of a class's fields say how each is kept, so a new field needs nothing here.
"""

from __future__ import annotations

import json
import math
import os
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import IntEnum
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import numpy as np
import numpy.typing as npt
from numpy.lib.format import read_array_header_1_0, read_array_header_2_0, read_magic

from ..arrays import Frozen
from ..errors import SymgdError
from ..files import replacing
from ..methods import Method
from ..problem import Problem
from ..version import __version__
from . import format1, kept
from .runs import Later

Arrays = dict[str, npt.NDArray[Any]]
_ADDED = ("valley_curvature", "valley_rate", "better_rate")
T = TypeVar("T")

FORMAT = 2  # to be raised when older versions of symgd could not read a new file
_HEADER = "symgd"
_HOLDS = {"f": "fi", "i": "i", "b": "i"}  # kinds of numbers that keep a field, of 8 bytes each
_HEADERS = {(1, 0): read_array_header_1_0, (2, 0): read_array_header_2_0}


def save(path: str | os.PathLike[str], result: Any) -> None:
    """Write a result to a file; `load` reads it.

    Parameters
    ----------
    path : str or path
        Name of the file; it is replaced only once the new one is complete.
    result : dataclass
        Its fields are arrays, plain values, a `Problem`, and other such dataclasses.
    """
    arrays: Arrays = {}
    content = _packed(result, "", arrays)
    header = {"format": FORMAT, "version": __version__, "type": type(result).__name__}
    named: Any = {_HEADER: np.array(json.dumps(header | {"content": content})), **arrays}
    with replacing(path) as stream:
        np.savez(stream, **named)


def load(path: str | os.PathLike[str], types: Sequence[type[T]]) -> T:
    """Read what `save` wrote.

    Parameters
    ----------
    path : str or path
        Name of the file.
    types : sequence of type
        The classes it may be of.

    Returns
    -------
    dataclass

    Raises
    ------
    SymgdError
        If the file is damaged, from a newer version, or none of symgd's.
    OSError
        If it cannot be opened.
    """
    name = Path(path).name
    with Path(path).open("rb") as stream:
        header, arrays = _opened(stream, name)
    if header.get("format") not in (1, FORMAT):
        raise SymgdError(
            f"{name} was written by symgd {header.get('version')} in a format that symgd "
            f"{__version__} does not know: update symgd"
        )
    known = {kind.__name__: kind for kind in types}
    try:
        if header["format"] == 1:
            format1.rename(header, arrays)
        _complete(arrays)
        _add_columns(arrays)
        result: T = _unpacked(known[header["type"]], header["content"], "", arrays)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, SymgdError) as error:
        raise SymgdError(f"{name} is damaged: {_reason(error)}") from error
    return result


def _complete(arrays: Arrays) -> None:
    """Add what files of older versions lack: of their minima it is not known if they are sets."""
    if "minima.fun" not in arrays or "minima.dimension" in arrays:
        return
    count = len(arrays["minima.fun"])
    arrays["minima.dimension"] = np.full(count, -1)
    for name, dtype in (("lowest", float), ("highest", float), ("varies", np.int64)):
        arrays[f"minima.{name}"] = np.empty(0, dtype)
        arrays[f"minima.{name}.lengths"] = np.zeros(count, np.int64)


def _add_columns(arrays: Arrays) -> None:
    """Add the columns of evidence that files of earlier versions do not hold: nothing is known."""
    for name in _ADDED:
        unknown = np.full_like(arrays["runs.evidence.fun0"], np.nan)
        arrays.setdefault(f"runs.evidence.{name}", unknown)


def _opened(stream: Any, name: str) -> tuple[dict[str, Any], Arrays]:
    """Read all of a file; whatever a foreign or broken one makes NumPy raise is one error."""
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
            _check_sizes(members, os.fstat(stream.fileno()).st_size)
            arrays = {m.filename.removesuffix(".npy"): _array(archive, m) for m in members}
        header = json.loads(arrays.pop(_HEADER).item())
        return dict(header), arrays
    except Exception as error:
        raise SymgdError(
            f"{name} is no result that symgd saved, or damaged: {_reason(error)}"
        ) from error


def _check_sizes(members: Sequence[zipfile.ZipInfo], size: int) -> None:
    """Refuse an archive that would hold more than the file does: `save` compresses nothing."""
    if any(m.compress_type != zipfile.ZIP_STORED for m in members):
        raise ValueError("a part of it is compressed, as symgd never does")
    if sum(m.file_size for m in members) > size or len({m.filename for m in members}) < len(
        members
    ):
        raise ValueError("its parts claim to be larger than the file")


def _array(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> npt.NDArray[Any]:
    """Read an array whose header tells its size as it is."""
    with archive.open(member) as part:
        shape, fortran, dtype = _HEADERS[read_magic(part)](part)
        data = part.read()
    if dtype.kind not in "fiU" or len(data) != math.prod(shape) * dtype.itemsize:
        raise ValueError(f"{member.filename} holds {dtype} of the shape {shape}")
    flat = np.frombuffer(data, dtype).copy()
    return flat.reshape(shape, order="F" if fortran else "C")


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error.args[0]} is missing"
    return str(error) or type(error).__name__


@cache
def _types(kind: Any) -> Mapping[str, Any]:
    """Give the types of a dataclass's fields."""
    hints = get_type_hints(kind, localns={"Problem": Problem})
    return {field.name: hints[field.name] for field in fields(kind)}


def _packed(value: Any, path: str, arrays: Arrays) -> dict[str, Any]:
    """Put the arrays of a dataclass among others, and give the rest for JSON."""
    plain = {}
    kind: Any = type(value)
    for name, hint in _types(kind).items():
        packed = _field(hint, getattr(value, name), path + name, arrays)
        if packed is not None:
            plain[name] = packed
    return plain


def _field(hint: Any, value: Any, path: str, arrays: Arrays) -> Any:
    hint = _present(hint)
    origin, inner = get_origin(hint), get_args(hint)
    if value is None:
        return None
    if origin is np.ndarray:
        arrays[path] = np.asarray(value)
    elif origin is list:
        _pack_column(value, path, _number(inner[0]), arrays)
    elif hint is Method:
        return kept.packed(value)
    elif hint is Problem:
        return {"text": value.text, "variables": value.names, "params": dict(value.params)}
    elif is_dataclass(hint):
        return _packed(value, f"{path}.", arrays)
    elif origin is tuple and is_dataclass(inner[0]):
        _pack_rows(inner[0], value, path, arrays)
    elif isinstance(value, Later):
        return _field(inner[0], value.value, path, arrays)
    elif isinstance(value, Mapping):
        return {key: _field(inner[1], v, f"{path}.{key}", arrays) for key, v in value.items()}
    else:
        return value
    return None


def _pack_rows(kind: Any, rows: Sequence[Any], path: str, arrays: Arrays) -> None:
    """Put equal things among the arrays as columns; arrays of each stand behind each other."""
    for name, hint in _types(kind).items():
        column = [getattr(row, name) for row in rows]
        if get_origin(hint) is np.ndarray:
            _pack_column(column, f"{path}.{name}", _number(hint), arrays)
        else:
            arrays[f"{path}.{name}"] = np.array(column, _number_of(hint))


def _pack_column(
    column: Sequence[npt.NDArray[Any]], path: str, number: Any, arrays: Arrays
) -> None:
    """Put arrays of different lengths behind each other."""
    arrays[f"{path}.lengths"] = np.array([len(entry) for entry in column], np.int64)
    flat = np.concatenate(column) if column else np.empty(0, number)
    arrays[path] = flat.astype(np.int64) if number is np.bool_ else flat


def _unpacked(kind: Any, plain: Any, path: str, arrays: Arrays) -> Any:
    """Make a dataclass again."""
    return kind(
        **{
            name: _value(hint, plain.get(name), path + name, arrays)
            for name, hint in _types(kind).items()
        }
    )


def _value(hint: Any, plain: Any, path: str, arrays: Arrays) -> Any:
    """Read one field, which must be of the type that it is declared to be."""
    if hint is not _present(hint) and plain is None and f"{path}.lengths" not in arrays:
        return None
    hint = _present(hint)
    origin, inner = get_origin(hint), get_args(hint)
    if origin is np.ndarray:
        return _checked(arrays[path], _number(hint), path)[()]  # of no axes: a number
    if hint in (Method, Problem):
        return _made(hint, plain)
    if is_dataclass(hint):
        return _unpacked(hint, plain, f"{path}.", arrays)
    if origin is Later:
        return Later.known(_value(inner[0], plain, path, arrays))
    if origin is list:
        return list(_column(inner[0], path, arrays))
    if origin is tuple:
        return _tuple(inner, plain, path, arrays)
    if origin is not None and issubclass(origin, Mapping):
        read = {k: _value(inner[1], v, f"{path}.{k}", arrays) for k, v in plain.items()}
        return Frozen(read)
    if type(plain) is not hint:
        raise ValueError(f"{path} is {plain!r}")
    return plain


def _made(hint: Any, plain: Any) -> Problem | Method:
    """Make a formula or a method from what tells it."""
    if hint is Problem:
        return Problem(plain["text"], variables=plain["variables"], params=plain["params"])
    return kept.unpacked(plain)


def _tuple(kinds: tuple[Any, ...], plain: Any, path: str, arrays: Arrays) -> tuple[Any, ...]:
    if is_dataclass(kinds[0]):
        return _rows(kinds[0], path, arrays)
    each = kinds[:1] * len(plain) if kinds[1:] == (Ellipsis,) else kinds
    pairs = zip(each, plain, strict=True)
    return tuple(_value(kind, entry, path, arrays) for kind, entry in pairs)


def _rows(kind: Any, path: str, arrays: Arrays) -> tuple[Any, ...]:
    columns = {name: _column(hint, f"{path}.{name}", arrays) for name, hint in _types(kind).items()}
    rows = zip(*columns.values(), strict=True)
    return tuple(kind(**dict(zip(columns, row, strict=True))) for row in rows)


def _column(hint: Any, path: str, arrays: Arrays) -> Sequence[Any]:
    if get_origin(hint) is np.ndarray:
        flat = _checked(arrays[path], _number(hint), path)
        lengths = _checked(arrays[f"{path}.lengths"], np.int64, path)
        ends = np.cumsum(lengths)
        if (lengths < 0).any() or len(flat) != (ends[-1] if len(ends) else 0):
            raise ValueError(f"{path} has not as many numbers as it should")
        return np.split(flat, ends[:-1]) if len(ends) else []
    numbers = _checked(arrays[path], _number_of(hint), path).tolist()
    return [hint(number) for number in numbers] if issubclass(hint, IntEnum) else numbers


def _present(hint: Any) -> Any:
    """Give the type of what is there, where None may stand for nothing."""
    if not isinstance(hint, UnionType):
        return hint
    return next(kind for kind in get_args(hint) if kind is not NoneType)


def _number(hint: Any) -> Any:
    """Give the type of number that an array is declared to hold."""
    return get_args(get_args(hint)[1])[0]


def _number_of(hint: Any) -> Any:
    """Give the type of number that keeps one of Python's."""
    return np.int64 if issubclass(hint, int) else np.float64


def _checked(array: npt.NDArray[Any], number: Any, path: str) -> npt.NDArray[Any]:
    kinds = _HOLDS[np.dtype(number).kind]
    if array.dtype.kind not in kinds or array.itemsize != 8 or not array.dtype.isnative:
        raise ValueError(f"{path} holds {array.dtype}")
    if number is np.bool_ and not np.isin(array, (0, 1)).all():
        raise ValueError(f"{path} holds more than yes and no")
    return array.astype(np.bool_) if number is np.bool_ else array
