"""Results in files: the same bits again, and a clear word on everything else."""

from __future__ import annotations

import io
import json
import os
import stat
import tracemalloc
import zipfile
from dataclasses import fields, is_dataclass
from pathlib import Path

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

import symgd
from symgd.files import replacing
from symgd.results import storage
from symgd.results.runs import Later

COSINE = "cos(2*pi*x) + x**2"
VERSION = symgd.__version__


def results():
    x, y = sympy.symbols("x y", real=True)
    return {
        "many": symgd.minimize(COSINE, starts=30, lr=0.02, epochs=50),
        "automatic": symgd.minimize("x10**2 + 2*x2**2 + a*x2", params={"a": 0.1}, starts=9),
        "trap": symgd.minimize(COSINE, x0=0, lr=0.01, epochs=100),
        "escaped": symgd.minimize(COSINE, x0=0, escape=True),
        "bounds": symgd.minimize("x + y**2", bounds={"x": (-1, None)}, starts=5),
        "none": symgd.minimize("log(x)", x0=-1),
        "order": symgd.minimize("x - y**2", variables=["y", "x"], x0=[1, 2], epochs=4),
        "history": symgd.minimize("x**2 + y**2", x0=[[1, 2], [0, 0]], lr=0.1, epochs=9, history=2),
        "sympy": symgd.minimize(sympy.Rational(1, 3) * x**2 + sympy.Abs(y) + 0.1, starts=5),
        "sweep": symgd.sweep(COSINE, x0=np.linspace(-2, 2, 11), lr=[0.01, 0.04], epochs=[5, 50]),
        "line": symgd.sweep(COSINE, x0=np.linspace(-2, 2, 41)),
        "params": symgd.sweep("a*x**2 + b*y**2", params={"a": [1, 2], "b": 3.0}, starts=4),
        "part": symgd.sweep(COSINE, x0=[1.0, 2.0], lr=[0.01, 0.02], epochs=5)[1, 0],
    }


NAMES = (
    "many", "automatic", "trap", "escaped", "bounds", "none", "order", "history", "sympy",
    "sweep", "line", "params", "part",
)  # fmt: skip


@pytest.fixture(scope="module")
def made():
    found = results()
    assert tuple(found) == NAMES
    return found


def differences(a, b, path=""):
    """Name everything in which two values differ, bit for bit."""
    if type(a) is not type(b):
        return [f"{path}: {type(a)} {type(b)}"]
    if isinstance(a, np.ndarray | np.generic):
        same = a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
        return [] if same else [path]
    if isinstance(a, Later):
        return differences(a.value, b.value, path)
    if is_dataclass(a):
        pairs = [(f.name, getattr(a, f.name), getattr(b, f.name)) for f in fields(a)]
    elif isinstance(a, symgd.Problem):
        names = ("text", "expr", "names", "params", "domain")
        pairs = [(n, getattr(a, n), getattr(b, n)) for n in names]
    elif isinstance(a, tuple | list) and a and isinstance(a[0], symgd.Minimum | np.ndarray):
        if len(a) != len(b):
            return [f"{path}: {len(a)} {len(b)}"]
        pairs = [(str(i), *pair) for i, pair in enumerate(zip(a, b, strict=True))]
    elif hasattr(a, "keys"):
        if list(a) != list(b):
            return [path]
        pairs = [(key, a[key], b[key]) for key in a]
    else:
        return [] if a == b or (a != a and b != b) else [path]
    return [found for n, u, v in pairs for found in differences(u, v, f"{path}.{n}")]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_read_is_what_was_saved(name, made, tmp_path):
    result, file = made[name], tmp_path / "any name"
    result.save(file)
    again = symgd.load(str(file))
    assert differences(result, again) == []
    assert again.summary() == result.summary()
    if isinstance(result, symgd.Result):
        assert again.explain() == result.explain()
        assert again.message == result.message


def test_a_comparison_would_find_a_difference(made):
    assert differences(made["many"], made["trap"])
    assert differences(made["sweep"], made["sweep"][:5])


def test_a_file_holds_no_pickle_and_is_read_by_numpy(made, tmp_path):
    made["many"].save(tmp_path / "r.npz")
    with np.load(tmp_path / "r.npz", allow_pickle=False) as found:
        np.testing.assert_array_equal(found["runs.x"], made["many"].runs.x)
        assert all(found[key].dtype.kind in "ifU" for key in found.files)
        header = json.loads(found["symgd"].item())
    assert header["content"]["problem"]["text"] == COSINE
    assert header["version"] == symgd.__version__


def rewritten(file, change):
    """Change the header of a file, or its arrays."""
    with np.load(file) as found:
        arrays = {key: found[key] for key in found.files}
    header = json.loads(arrays["symgd"].item())
    change(header, arrays)
    arrays["symgd"] = np.array(json.dumps(header))
    np.savez(file, **arrays)


def put(*path_and_value):
    *path, last, value = path_and_value

    def change(header, _):
        for key in path:
            header = header[key]
        header[last] = value

    return change


def put_array(name, value):
    return lambda _, arrays: arrays.update({name: np.asarray(value)})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (put("format", 3), f"by symgd {VERSION} in a format that symgd {VERSION} does not know"),
        (put("format", "1; x"), "update symgd"),
        (put("type", "os.system"), "os.system is missing"),
        (put("content", "problem", "text", "__import__('os').system('touch owned')"), "damaged"),
        (put("content", "problem", "text", 3), "damaged"),
        (put("content", "problem", "variables", ["y"]), "damaged"),
        (put("content", "best", 30), "best does not fit"),
        (put("content", "best", 1.5), "best is 1.5"),
        (put("content", "settings", "polish", "yes"), "settings.polish is 'yes'"),
        (put("content", "settings", "bounds", []), "bounds does not fit"),
        (put("content", "runs", []), "damaged"),
        (put_array("runs.fun", np.zeros(29)), "does not fit"),
        (put_array("runs.x", np.zeros((30, 2))), "x does not fit"),
        (put_array("runs.status", np.full(30, 11)), "status does not fit"),
        (put_array("runs.kind", np.full(30, -1)), "kind does not fit"),
        (put_array("runs.minimum", np.full(30, 99)), "minimum does not fit"),
        (put_array("runs.evidence.condition", np.full(30, 1)), "condition does not fit"),
        (put_array("runs.status", np.full(30, 1.0)), "runs.status holds float64"),
        (put_array("runs.fun", np.full(30, "a")), "runs.fun holds <U1"),
        (put_array("minima.x.lengths", [3]), "minima.x has not as many numbers"),
        (put_array("minima.x.lengths", [0, 1]), "damaged"),
        (put_array("minima.kind", [77, 77]), "damaged"),
        (lambda _, arrays: arrays.pop("jac"), "jac is missing"),
        (lambda _, arrays: arrays.pop("minima.fun"), "minima.fun is missing"),
        (lambda header, _: header.clear(), "update symgd"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(change, said, made, tmp_path):
    file = tmp_path / "r.npz"
    made["many"].save(file)
    rewritten(file, change)
    with pytest.raises(symgd.SymgdError) as caught:
        symgd.load(file)
    assert said in str(caught.value)
    assert "r.npz" in str(caught.value)
    assert not Path("owned").exists()


@pytest.mark.parametrize(
    "change",
    [
        put_array("runs.x", np.zeros(3)),
        put("content", "dims", ["lr"]),
        put_array("runs.status", [[0]]),
    ],
)
def test_a_sweep_that_does_not_fit_is_refused(change, made, tmp_path):
    made["sweep"].save(tmp_path / "s.npz")
    rewritten(tmp_path / "s.npz", change)
    with pytest.raises(symgd.SymgdError, match="damaged"):
        symgd.load(tmp_path / "s.npz")


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("many", put_array("runs.evidence.period", np.full(30, -2))),
        ("many", put_array("runs.evidence.trap_kind", np.full(30, 8))),
        ("many", put_array("runs.evidence.trap", np.zeros(30))),
        ("many", put_array("runs.parent", np.full(30, 30))),
        ("many", put_array("runs.parent", np.full(30, -2))),
        ("many", put_array("runs.nit", np.full(30, -1))),
        ("many", put_array("runs.nit", np.zeros(30, np.int32))),
        ("many", put_array("runs.x0", np.zeros((30, 1), ">f8"))),
        ("many", put_array("runs.fun", np.zeros(30, complex))),
        ("many", put_array("jac", np.zeros(2))),
        ("many", put_array("ways_out", np.zeros(1))),
        ("many", put_array("minima.eigenvalues.lengths", [0, 2, 1, 1, 1, 1])),
        ("many", put_array("minima.x.lengths", [-1, 3, 1, 1, 1, 1])),
        ("many", put("content", "best", -1)),
        ("many", put("content", "settings", "method", "\x1b[2J")),
        ("many", put("content", "settings", "width", [])),
        ("many", put("content", "history_every", -1)),
        ("history", put_array("history.lengths", [0, 18])),
        ("sweep", put_array("runs.lr", np.zeros((2, 11, 2)))),
        ("sweep", put_array("runs.minimum", np.full((11, 2, 2), 99))),
        ("sweep", put_array("coords.lr", [[0.01, 0.04]])),
        ("sweep", put("content", "fixed", {"\x1b[2J": 1.0})),
        ("line", put_array("borders", np.zeros((2, 2)))),
        ("part", put_array("runs.x", np.zeros(2))),
        ("part", put_array("runs.status", np.array([0]))),
    ],
)
def test_whatever_does_not_fit_is_refused_at_once(name, change, made, tmp_path):
    made[name].save(tmp_path / "r.npz")
    rewritten(tmp_path / "r.npz", change)
    with pytest.raises(symgd.SymgdError, match="damaged"):
        symgd.load(tmp_path / "r.npz")


def test_axes_with_names_of_strangers_are_refused(made, tmp_path):
    def change(header, arrays):
        content = header["content"]
        content["dims"] = ["x0", "\x1b[2J", "epochs"]
        content["coords"] = {dim: None for dim in content["dims"]}
        arrays["coords.\x1b[2J"] = arrays.pop("coords.lr")

    made["sweep"].save(tmp_path / "s.npz")
    rewritten(tmp_path / "s.npz", change)
    with pytest.raises(symgd.SymgdError, match="dims does not fit"):
        symgd.load(tmp_path / "s.npz")


def archive(*members, compression=zipfile.ZIP_STORED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as found:
        for name, data in members:
            found.writestr(name, data)
    return stream.getvalue()


def npy(header, data=b""):
    head = header.encode()
    return b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head + data


ZEROS = npy("{'descr': '<f8', 'fortran_order': False, 'shape': (131072000,)}\n")


def claims(shape, kind="<f8", data=b""):
    return npy(f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}}}\n", data)


def repeated():
    """Give an archive whose directory names one megabyte a thousand times."""
    whole = archive(("a.npy", bytes(2**20)))
    at = whole.index(b"PK\x01\x02")
    entry, end = whole[at:-22], bytearray(whole[-22:])
    end[8:12] = (1000).to_bytes(2, "little") * 2
    end[12:16] = (1000 * len(entry)).to_bytes(4, "little")
    entries = b"".join(entry.replace(b"a.npy", b"%05d" % i) for i in range(1000))
    return whole[:at] + entries + end


HUGE = {
    "zipped zeros": archive(("x.npy", bytes(2**28)), compression=zipfile.ZIP_DEFLATED),
    "an archive in an archive": archive(
        ("symgd.npy", archive(("x.npy", bytes(2**24)), compression=zipfile.ZIP_DEFLATED))
    ),
    "a billion numbers and none": archive(("symgd.npy", ZEROS)),
    "a shape beyond all": archive(("symgd.npy", claims(f"({10**18}, {10**18})"))),
    "a negative shape": archive(("symgd.npy", claims("(-1, -8)", data=bytes(64)))),
    "no numbers in many axes": archive(("symgd.npy", claims(f"(0, {10**18})"))),
    "long words": archive(("symgd.npy", claims("()", "<U2000000000"))),
    "objects": archive(("symgd.npy", claims("(1,)", "|O", bytes(8)))),
    "records": archive(("symgd.npy", npy("{'descr': [('a', '<f8')], 'fortran_order': False, "
                                         "'shape': (1,)}\n", bytes(8)))),
    "a header that runs": archive(("symgd.npy", npy("__import__('os').abort()\n"))),
    "a long header": archive(("symgd.npy", npy("(" * 60000))),
    "one part many times": repeated(),
    "the same name twice": archive(("symgd.npy", claims("()")), ("symgd", claims("()"))),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", HUGE)
def test_a_file_that_claims_much_costs_little(name, tmp_path):
    (tmp_path / "r.npz").write_bytes(HUGE[name])
    tracemalloc.start()
    with pytest.raises(symgd.SymgdError, match="no result that symgd saved"):
        symgd.load(tmp_path / "r.npz")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2**20 + 8 * len(HUGE[name])


def test_nothing_that_a_terminal_would_obey_is_in_a_message(made, tmp_path):
    file = tmp_path / "\x1b[31mred\u202e.npz"
    made["trap"].save(file)
    rewritten(file, put("version", "9\x1b]0;title\x07\u2028"))
    rewritten(file, put("format", 3))
    with pytest.raises(symgd.SymgdError, match="update symgd") as caught:
        symgd.load(file)
    assert str(caught.value).isprintable()
    assert "?[31mred?.npz was written by symgd 9?]0;title??" in str(caught.value)
    file.write_bytes(b"PK")
    with pytest.raises(symgd.SymgdError) as caught:
        symgd.load(file)
    assert str(caught.value).isprintable()
    error = symgd.ConfigurationError("\x1b[2J", "\x9b", "\x07")
    assert str(error).isprintable()


def foreign():
    plain, bare = io.BytesIO(), io.BytesIO()
    np.savez(plain, x=np.zeros(3))
    np.save(bare, np.zeros(3))
    objects = io.BytesIO()
    np.savez(objects, symgd=np.array([{"format": 1}], dtype=object))
    text = io.BytesIO()
    np.savez(text, symgd=np.array("[1, 2]"))
    return [
        b"",
        b"PK\x03\x04",
        b"hello",
        b"\x80\x04K*.",
        *(s.getvalue() for s in (plain, bare, objects, text)),
    ]


@pytest.mark.parametrize("data", foreign())
def test_a_foreign_file_is_refused(data, tmp_path):
    (tmp_path / "r.npz").write_bytes(data)
    with pytest.raises(symgd.SymgdError, match="no result that symgd saved"):
        symgd.load(tmp_path / "r.npz")


def test_a_file_that_cannot_be_opened_is_the_systems_error(tmp_path, made):
    with pytest.raises(FileNotFoundError):
        symgd.load(tmp_path / "none.npz")
    with pytest.raises(FileNotFoundError):
        made["trap"].save(tmp_path / "none" / "r.npz")
    with pytest.raises(OSError):
        made["trap"].save(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def bytes_of_a_file(made, tmp_path_factory):
    file = tmp_path_factory.mktemp("bytes") / "r.npz"
    made["trap"].save(file)
    return file.read_bytes()


@given(data=st.data())
def test_damage_is_found_or_harmless(data, made, bytes_of_a_file, tmp_path_factory):
    """A changed byte is refused, or lies where the archive holds nothing, such as its dates."""
    whole = bytes_of_a_file
    at = data.draw(st.integers(0, len(whole) - 1))
    change = data.draw(st.integers(1, 255))
    file = tmp_path_factory.mktemp("damage") / "r.npz"
    file.write_bytes(whole[:at] + bytes([whole[at] ^ change]) + whole[at + 1 :])
    try:
        again = symgd.load(file)
    except symgd.SymgdError:
        return
    assert differences(made["trap"], again) == []


@given(data=st.data())
def test_a_file_that_was_cut_is_refused(data, bytes_of_a_file, tmp_path_factory):
    file = tmp_path_factory.mktemp("cut") / "r.npz"
    file.write_bytes(bytes_of_a_file[: data.draw(st.integers(0, len(bytes_of_a_file) - 1))])
    with pytest.raises(symgd.SymgdError):
        symgd.load(file)


@pytest.mark.parametrize("error", [OSError("no space left"), KeyboardInterrupt()])
def test_what_fails_on_the_way_leaves_the_old_file(error, made, monkeypatch, tmp_path):
    file = tmp_path / "r.npz"
    made["trap"].save(file)
    before = file.read_bytes()

    def half(stream, **arrays):
        stream.write(b"half of it")
        raise error

    monkeypatch.setattr(storage.np, "savez", half)
    with pytest.raises(type(error)):
        made["many"].save(file)
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.skipif(os.name != "posix", reason="permissions and links as POSIX has them")
def test_a_replaced_file_keeps_its_permissions_and_its_links(tmp_path):
    file, link = tmp_path / "a", tmp_path / "b"
    file.write_bytes(b"old")
    file.chmod(0o640)
    link.symlink_to(file)
    with replacing(link) as stream:
        stream.write(b"new")
    assert link.is_symlink()
    assert file.read_bytes() == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


@pytest.mark.skipif(os.name != "posix", reason="devices as POSIX has them")
def test_a_device_is_written_to_and_not_replaced(made):
    made["trap"].save("/dev/null")
    assert Path("/dev/null").is_char_device()


def test_sets_of_minima_are_kept(tmp_path):
    result = symgd.minimize("(x - y)**2 + (z - 3)**2", starts=16)
    result.save(tmp_path / "set.npz")
    read = symgd.load(tmp_path / "set.npz")
    (kept,), (given,) = read.minima, result.minima
    assert kept.dimension == given.dimension == 1
    for name in ("lowest", "highest", "varies"):
        column = getattr(kept, name)
        assert column.dtype == getattr(given, name).dtype
        np.testing.assert_array_equal(column, getattr(given, name))
    assert read.summary() == result.summary()


def test_of_minima_in_older_files_it_is_not_known_if_they_are_sets(tmp_path):
    result = symgd.minimize("(x - y)**2 + (z - 3)**2", starts=16)
    result.save(tmp_path / "new.npz")
    new = ("dimension", "lowest", "highest", "varies")
    with np.load(tmp_path / "new.npz") as file:
        old = {n: a for n, a in file.items() if not any(f"minima.{m}" in n for m in new)}
    np.savez(tmp_path / "old.npz", **old)
    (minimum,) = symgd.load(tmp_path / "old.npz").minima
    assert minimum.dimension == -1
    np.testing.assert_array_equal(minimum.lowest, minimum.x)
    assert not minimum.varies.any()
