"""The commands `sweep` and `plot`: axes on the command line, data and pictures that come out."""

from __future__ import annotations

import csv
import io
import math
import os
import re
import shlex
import subprocess
import sys
import xml.etree.ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from PIL import Image
from shell import COMMAND, ROOT, called, in_a_shell, strict

import symgd
from symgd import Kind, Status
from symgd.cli import output, values

mpl.use("agg")

COSINE = "cos(2*pi*x) + x**2"
BOWL = "a*x**2 + b*y**2"
QUICK = ["x**2", "--x0", "1", "--lr", "0.5", "--epochs", "9"]
SWEPT = [*QUICK[:3], "--lr", "0.1:0.5:5", "--epochs", "3,9"]


@pytest.fixture
def run(capsys):
    """Run the command in this process."""
    return lambda *words: called(capsys, words)


@pytest.fixture
def inside(tmp_path, monkeypatch):
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def said(monkeypatch, run):
    """Give the arguments with which a command calls `sweep` or `minimize`."""
    true = symgd.minimize

    def call(*words):
        seen = {}

        def spy(name):
            def record(problem, **keywords):
                seen.update(keywords, called=name, problem=problem)
                return true("x**2", 1.0)

            return record

        monkeypatch.setattr(symgd, "sweep", spy("sweep"))
        monkeypatch.setattr(symgd, "minimize", spy("minimize"))
        run(*words)
        return seen

    return call


ends = st.floats(-1e6, 1e6)
sizes = st.floats(1e-12, 1e12)
counts = st.integers(2, 40)


@given(ends, ends, counts)
def test_an_even_axis_has_both_ends_and_equal_steps(low, high, count):
    axis = values.parameters([f"a={low!r}:{high!r}:{count}"])["a"]
    assert (axis[0], axis[-1], len(axis)) == (low, high, count)
    size = max(abs(low), abs(high))
    for i, value in enumerate(axis):
        expected = low + (high - low) * i / (count - 1)
        assert math.isclose(value, expected, abs_tol=1e-14 * size)


@given(sizes, sizes, counts)
def test_a_logarithmic_axis_has_both_ends_and_equal_ratios(low, high, count):
    axis = values.parameters([f"a=log:{low!r}:{high!r}:{count}"])["a"]
    assert (axis[0], axis[-1], len(axis)) == (low, high, count)
    for i, value in enumerate(axis):
        expected = math.log(low) + (math.log(high) - math.log(low)) * i / (count - 1)
        assert math.isclose(math.log(value), expected, abs_tol=1e-11)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=9))
def test_a_list_is_exactly_its_numbers(numbers):
    assert values.parameters(["a=" + ",".join(map(repr, numbers))])["a"] == numbers


@given(st.integers(1, 1000), st.integers(1, 1000), counts)
def test_epochs_are_rounded_and_each_comes_once(low, high, count):
    given = {"epochs": f"{low}:{high}:{count}"}
    found = values.arguments(given, {}, ["x"])["epochs"]
    assert len(set(found)) == len(found)
    exact = [low + (high - low) * i / (count - 1) for i in range(count)]
    assert all(any(abs(n - value) <= 0.5 + 1e-9 for value in exact) for n in found)
    assert all(any(abs(n - value) <= 0.5 + 1e-9 for n in found) for value in exact)


@given(st.text(alphabet="0123456789.:,-elogx ", max_size=14))
def test_no_word_is_more_than_a_clear_error(word):
    assume(len(re.findall(r"\d", word.rpartition(":")[2])) < 5)  # no long axes
    try:
        found = values.arguments({"lr": word}, {}, ["x"])["lr"]
    except symgd.ConfigurationError as error:
        clear = str(error).startswith("--lr: got ")
    else:
        clear = all(isinstance(value, float) for value in np.atleast_1d(found).tolist())
    assert clear


READ = [
    (["x", "--x0", "-5:5:3"], {"x0": [-5.0, 0.0, 5.0]}),
    (["x", "--x0=-5:5:3"], {"x0": [-5.0, 0.0, 5.0]}),
    (["x", "--x0", "-1,0.5"], {"x0": [-1.0, 0.5]}),
    (["x", "--x0", "2"], {"x0": 2.0}),
    (["x", "--x0", "2", "--x0", "-3"], {"x0": [2.0, -3.0]}),
    (["x + y", "--x0", "-1,2"], {"x0": [-1.0, 2.0]}),
    (["x + y", "--x0", "-1,2", "--x0", "3,4"], {"x0": [[-1.0, 2.0], [3.0, 4.0]]}),
    (["x", "--lr", "0.5:0.25:3"], {"lr": [0.5, 0.375, 0.25]}),
    (["x", "--lr", "0.5:9:1"], {"lr": [0.5]}),
    (["x", "--lr", "0.5,0.1"], {"lr": [0.5, 0.1]}),
    (["x", "--epochs", "10:20:5"], {"epochs": [10, 12, 15, 18, 20]}),
    (["x", "--epochs", "1:3:9"], {"epochs": [1, 2, 3]}),
    (["x", "--epochs", "7"], {"epochs": 7}),
    (["x", "--epochs", "7,3"], {"epochs": [7, 3]}),
    (["x*a", "--param", "a=-1:1:3"], {"params": {"a": [-1.0, 0.0, 1.0]}}),
    (["x*a*b", "--param", "a=1,-2", "--param", "b=3"], {"params": {"a": [1.0, -2.0], "b": 3.0}}),
    (
        ["x", "--bounds", "-2:2", "--start-box", "x=0:1", "--starts", "7", "--sampler", "grid",
         "--seed", "3", "--method", "gd", "--tol", "0.5", "--no-polish", "--workers", "1"],
        {"bounds": {"x": (-2.0, 2.0)}, "start_box": {"x": (0.0, 1.0)}, "starts": 7,
         "sampler": "grid", "seed": 3, "method": "gd", "tol": 0.5, "polish": False, "workers": 1},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("words", "expected"), READ)
def test_options_reach_sweep_as_its_arguments(said, words, expected):
    seen = said("sweep", *words)
    assert seen.pop("called") == "sweep"
    assert seen.pop("problem").text == words[0]
    assert seen == expected


def test_the_problem_has_the_first_values_of_its_parameters(said):
    seen = said("sweep", BOWL, "--variables", "y,x", "--param", "a=4:2:3", "--param", "b=5")
    assert seen["problem"].names == ("y", "x")
    assert dict(seen["problem"].params) == {"a": 4.0, "b": 5.0}


ORDERS = [
    ["--x0", "0:1:2", "--lr", "0.1,0.2", "--epochs", "3,4"],
    ["--epochs", "3,4", "--lr", "0.1,0.2", "--x0", "0:1:2"],
    ["--lr", "0.1,0.2", "--param", "a=1,2", "--x0", "0:1:2"],
    ["--param", "a=1,2", "--epochs", "3,4", "--lr", "0.1"],
]


@pytest.mark.parametrize("words", ORDERS)
@pytest.mark.parametrize("place", [0, 2, 6])
def test_axes_come_in_the_order_in_which_they_are_typed(run, words, place):
    fixed = [] if "--x0" in words else ["--x0", "1"]
    more = [] if "--param" in words else ["--param", "a=3"]
    typed = [*words[:place], "a*x**2", *words[place:], *fixed, *more, "--json"]
    code, out, _ = run("sweep", *typed)
    assert code in (0, 1)
    options = [w.removeprefix("--") for w in words[::2]]
    several = [w for w, v in zip(options, words[1::2], strict=True) if "," in v or ":" in v]
    assert strict(out)["dims"] == ["a" if w == "param" else w for w in several]


PICTURED = [
    ([], "minimize"),
    (["--x0", "1"], "minimize"),
    (["--x0", "1", "--x0", "2"], "minimize"),
    (["--lr", "0.1", "--epochs", "9"], "minimize"),
    (["--x0", "0:1:5"], "sweep"),
    (["--lr", "0.1,0.2"], "sweep"),
    (["--epochs", "1:5:5"], "sweep"),
    (["--param", "a=1,2"], "sweep"),
]


@pytest.mark.parametrize(("words", "called"), PICTURED)
def test_a_picture_is_that_of_a_sweep_where_there_is_an_axis(said, inside, words, called):
    parameter = [] if "--param" in words else ["--param", "a=3"]
    assert said("plot", "a*x**2", *words, *parameter)["called"] == called


BAD = [
    (["--lr", "0.1:1"], "--lr: got 0.1:1; takes LO:HI:N or log:LO:HI:N"),
    (["--lr", "0.1:1:2:3"], "--lr: got 0.1:1:2:3; takes LO:HI:N"),
    (["--lr", "0.1:1:0"], "--lr: got 0.1:1:0; takes LO:HI:N with N from 1 to 10,000,000"),
    (["--lr", "0.1:1:-3"], "N from 1 to"),
    (["--lr", "0.1:1:99999999999"], "N from 1 to"),
    (["--lr", "0.1:1:2.5"], "--lr: got 0.1:1:2.5; takes LO:HI:N"),
    (["--lr", "a:1:3"], "--lr: got a:1:3"),
    (["--lr", "log:0:1:3"], "--lr: got log:0:1:3; takes log:LO:HI:N with LO and HI above 0"),
    (["--lr", "log:1:-1:3"], "LO and HI above 0"),
    (["--lr", "0.1:inf:3"], "--lr: got 0.1:inf:3; takes LO:HI:N with finite numbers"),
    (["--x0", "nan:1:3"], "finite numbers"),
    (["--x0", "-1e308:1e308:3"], "finite numbers"),
    (["--lr", "0.1,"], "--lr: got 0.1,; takes a number, several with commas"),
    (["--lr", "0:1:3"], "lr: got 0.0; takes numbers > 0"),
    (["--epochs", "1,2.5"], "--epochs: got 1,2.5; takes a whole number"),
    (["--epochs", "0:9:4"], "epochs: got 0"),
    (["--param", "a=1:2"], "--param: got a=1:2; takes LO:HI:N"),
    (["--param", "a="], "--param: got a=; takes a number"),
    (["--param", "b=1,2"], "--param: got"),
    (["--param", "lr=1,2"], "--param: got lr"),
    (["--x0", "0:1:100000", "--lr", "0.1:0.2:100000"], "takes what fits into memory"),
    (["--escape"], "--escape"),
    (["--explain"], "--explain"),
    (["--json", "--csv"], "--csv"),
    (["--out", "x.png"], "--out"),
]


@pytest.mark.parametrize(("words", "named"), BAD)
def test_bad_input_is_exit_status_2_and_named_on_standard_error(run, words, named):
    code, out, err = run("sweep", "x**2", *words)
    assert (code, out) == (2, "")
    assert named in err
    assert "Traceback" not in err


def test_escape_is_refused_for_a_picture_of_a_sweep(run, inside):
    code, _, err = run("plot", "x**2", "--lr", "0.1,0.2", "--escape")
    assert (code, list(inside.iterdir())) == (2, [])
    assert "escape" in err


def test_the_summary_is_what_a_sweep_prints(run):
    code, out, err = run("sweep", *SWEPT)
    swept = symgd.sweep("x**2", x0=1.0, lr=[0.1, 0.2, 0.3, 0.4, 0.5], epochs=[3, 9])
    assert (code, err) == (0, "")
    assert out == swept.summary() + "\n"


def test_no_minimum_in_a_sweep_is_exit_status_1(run):
    assert run("sweep", "x**2", "--x0", "1", "--lr", "1.1,1.2", "--epochs", "20")[0] == 1
    assert run("sweep", "x**2", "--x0", "1", "--lr", "1.1,0.5", "--epochs", "20")[0] == 0


ARRAYS = ("x0", "x", "fun", "grad_norm", "nit", "minimum")
SWEEPS = [
    (SWEPT, "x**2", {"x0": 1.0, "lr": np.linspace(0.1, 0.5, 5), "epochs": [3, 9]}),
    (
        ["x**3", "--x0", "-1:1:3", "--lr", "1,3", "--epochs", "50"],
        "x**3",
        {"x0": [-1.0, 0.0, 1.0], "lr": [1.0, 3.0], "epochs": 50},
    ),
    (
        [BOWL, "--lr", "log:0.01:1:4", "--param", "a=1:3:3", "--param", "b=2",
         "--x0", "1,-2", "--x0", "3,0.1"],
        BOWL,
        {"lr": np.geomspace(0.01, 1, 4), "params": {"a": [1, 2, 3], "b": 2},
         "x0": [[1, -2], [3, 0.1]]},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("words", "expr", "arguments"), SWEEPS)
def test_json_holds_every_number_of_the_sweep(run, words, expr, arguments):
    swept = symgd.sweep(expr, **arguments)
    code, out, _ = run("sweep", *words, "--json")
    data = strict(out)
    assert code == int(not (swept.status <= 1).any())
    assert data == swept.to_dict()
    assert tuple(data["dims"]) == swept.dims
    pairs = [(data[name], getattr(swept, name)) for name in ARRAYS]
    pairs += [(data["coords"][dim], swept.coords[dim]) for dim in swept.dims]
    for found, true in pairs:
        finite = np.where(np.isfinite(true), true, np.nan)
        np.testing.assert_array_equal(np.array(found, dtype=float), finite)
    for name, members in {"status": Status, "kind": Kind}.items():
        codes = [members[word].value for word in np.ravel(data[name])]
        np.testing.assert_array_equal(codes, getattr(swept, name).ravel())
    assert [m["x"] for m in data["minima"]] == [
        dict(zip(swept.problem.names, m.x, strict=True)) for m in swept.minima
    ]
    assert data["counts"] == {s.name: n for s, n in swept.counts.items()}


def test_what_json_lacks_is_null(run):
    _, out, _ = run("sweep", "-exp(x)", "--x0", "1,9", "--lr", "1", "--epochs", "40", "--json")
    assert None in strict(out)["fun"]


def read(column, cells):
    if column in ("status", "kind"):
        return list(cells)
    return [float(cell) for cell in cells]


@pytest.mark.parametrize(("words", "expr", "arguments"), SWEEPS)
def test_csv_is_the_table_of_the_sweep(run, words, expr, arguments):
    table = symgd.sweep(expr, **arguments).to_dataframe().reset_index()
    _, out, _ = run("sweep", *words, "--csv")
    header, *rows = csv.reader(io.StringIO(out))
    assert header == list(table.columns)
    assert len(rows) == len(table)
    for name, cells in zip(header, zip(*rows, strict=True), strict=True):
        np.testing.assert_array_equal(read(name, cells), table[name].tolist())


def test_csv_of_minimize_is_the_table_of_its_runs(run):
    words = ["(fun - 1)**2 + log(y)", "--starts", "8", "--epochs", "30"]
    table = symgd.minimize(words[0], starts=8, epochs=30).to_dataframe().reset_index()
    code, out, err = run("minimize", *words, "--csv")
    header, *rows = csv.reader(io.StringIO(out))
    assert (code, err, header) == (1, "", list(table.columns))
    for name, cells in zip(header, zip(*rows, strict=True), strict=True):
        np.testing.assert_array_equal(read(name, cells), table[name].tolist())


def is_picture(path):
    """Tell whether a file holds a picture of the type that its suffix says."""
    if path.suffix.lower() == ".png":
        with Image.open(path) as image:
            levels = np.asarray(image.convert("L"))
        return min(levels.shape) > 300 and np.ptp(levels) > 100
    if path.suffix == ".svg":
        drawn = ET.parse(path).getroot()
        return drawn.tag.endswith("svg") and any(e.tag.endswith("path") for e in drawn.iter())
    content = path.read_bytes()
    return content.startswith(b"%PDF-") and content.rstrip().endswith(b"%%EOF")


@pytest.mark.parametrize("name", ["a.png", "b.svg", "c.pdf", "d.PNG"])
@pytest.mark.parametrize("command", [["minimize", *QUICK], ["sweep", *SWEPT]])
def test_a_picture_beside_the_text(run, inside, command, name):
    code, out, err = run(*command, "--plot", name)
    assert (code, err) == (0, f"symgd: wrote {name}\n")
    assert out == run(*command)[1]
    assert is_picture(inside / name)


def test_the_command_plot_prints_nothing_but_where_the_picture_is(run, inside):
    assert run("plot", COSINE) == (0, "", "symgd: wrote symgd.png\n")
    assert is_picture(inside / "symgd.png")
    assert run("plot", *SWEPT, "--out", "map.svg") == (0, "", "symgd: wrote map.svg\n")
    assert is_picture(inside / "map.svg")
    assert run("plot", "exp(x)", "--x0", "1", "--lr", "1", "--epochs", "9")[0] == 1


@pytest.mark.parametrize("command", [["minimize", *QUICK], ["sweep", *SWEPT]])
def test_a_page_beside_data(run, inside, command):
    code, out, err = run(*command, "--report", "page.html", "--plot", "p.png", "--json")
    assert (code, err) == (0, "symgd: wrote p.png\nsymgd: wrote page.html\n")
    assert strict(out)["counts"]
    page = (inside / "page.html").read_text()
    assert page.startswith("<!DOCTYPE html>")
    assert "<svg" in page


FILES = [
    ("minimize", "--plot", "x.gif"),
    ("minimize", "--plot", "png"),
    ("minimize", "--plot", ""),
    ("minimize", "--plot", "nowhere/x.png"),
    ("minimize", "--plot", "file/x.png"),
    ("minimize", "--plot", "folder.png"),
    ("minimize", "--plot", "x" * 300 + ".png"),
    ("minimize", "--plot", "circle.png/x.png"),
    ("minimize", "--report", "x.png"),
    ("sweep", "--plot", "x.jpg"),
    ("sweep", "--report", "nowhere/x.html"),
    ("plot", "--out", "x"),
    ("plot", "--out", "nowhere/x.svg"),
]


@pytest.mark.parametrize(("command", "option", "name"), FILES)
def test_a_file_that_cannot_be_is_refused_before_any_run(
    run, inside, monkeypatch, command, option, name
):
    (inside / "file").write_text("")
    (inside / "file").chmod(0o755)
    (inside / "folder.png").mkdir()
    (inside / "circle.png").symlink_to("circle.png")
    monkeypatch.setattr(symgd, "minimize", None)
    monkeypatch.setattr(symgd, "sweep", None)
    code, out, err = run(command, "x**2", option, name)
    assert (code, out) == (2, "")
    assert err.startswith(f"symgd: {option}: got ")
    assert len(list(inside.iterdir())) == 3


def test_a_folder_without_permission_is_refused(run, inside, monkeypatch):
    monkeypatch.setattr(output.os, "access", lambda *_: False)  # who is root has every permission
    code, _, err = run("plot", "x**2")
    assert (code, list(inside.iterdir())) == (2, [])
    assert "takes a file in a folder that exists and can be written to" in err


def test_a_disk_that_fills_up_is_an_error_of_one_line(run, inside, monkeypatch):
    def full(self, file, **_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Figure, "savefig", full)
    code, out, err = run("minimize", *QUICK, "--plot", "x.png")
    assert (code, err) == (2, "symgd: x.png cannot be written: No space left on device\n")
    assert "reached a minimum" in out
    assert list(inside.iterdir()) == []


def test_axes_that_no_picture_has_are_named_below_the_text(run, inside):
    code, out, err = run("sweep", *QUICK, "--plot", "x.png")
    assert (code, list(inside.iterdir())) == (2, [])
    assert out.startswith("1 run: ")
    assert "sweep: got axes ()" in err


def test_a_picture_needs_no_display_and_no_pyplot(inside):
    program = (
        "import sys; from symgd.cli import main; code = main(sys.argv[1:]); "
        "print(code, 'matplotlib' in sys.modules, 'matplotlib.pyplot' in sys.modules)"
    )
    words = ["plot", *SWEPT, "--out", str(inside / "x.png")]
    done = subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, cwd=ROOT,
        env={**os.environ, "DISPLAY": "", "MPLBACKEND": "tkagg"},
    )  # fmt: skip
    assert done.stdout == "0 True False\n"


def test_a_pipe_that_is_closed_early_ends_quietly():
    words = "'x**2' --x0 1 --lr 0.001:0.5:500 --epochs 1:90:90"  # more than a pipe holds
    command = f"{COMMAND} sweep {words} --csv"
    done = in_a_shell(f'bash -c "({command}; echo $? >&2) | head -3"')
    assert done.stderr == "0\n"  # the exit status, and nothing else
    first, second, third = done.stdout.splitlines()
    assert first.startswith("run,lr,epochs,x0,x,fun,")
    assert second.startswith("0,0.001,1,1.0,0.998,")
    assert third.startswith("1,0.001,2,1.0,0.996")


def test_ctrl_c_is_exit_status_130(run, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(symgd, "sweep", interrupted)
    assert run("sweep", "x") == (130, "", "symgd: interrupted\n")


@pytest.mark.parametrize(
    ("command", "number"), [("", 4), ("minimize", 4), ("sweep", 4), ("plot", 3), ("judge", 2)]
)
def test_every_example_of_the_help_works(run, inside, command, number):
    (inside / "points.csv").write_text("x\n0.4758024510242211\n0\n")
    (inside / "ends.csv").write_text("x,y\n1,1\n")
    code, out, _ = run(*command.split(), "--help")
    assert code == 0
    assert "exit status" in out
    examples = re.findall(r"^  symgd (.*)$", out.replace(" \\\n     ", ""), re.MULTILINE)
    assert len(examples) == number
    for line in examples:
        words = shlex.split(line.partition(" > ")[0])
        code, _, err = run(*words)
        assert code == int("--lr 0.01 --epochs 100 --explain" in line), line  # the trap
        for name in re.findall(r"wrote (.*)", err):
            assert "--output" in line or is_picture(inside / name)


@pytest.mark.parametrize("made", [symgd.minimize, symgd.sweep])
def test_plot_of_a_result_draws_where_it_is_told_to(made):
    ax = Figure().add_subplot()
    assert made("(t - 1)**2", x0=[0.0, 3.0]).plot(ax) is ax
    assert ax.get_title()
    assert "t" in ax.get_xlabel()
