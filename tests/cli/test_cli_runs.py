"""Runs in and out: starts from files, settings of methods, and files of runs, one a line."""

from __future__ import annotations

import csv
import inspect
import io
import json
import math
import struct
import subprocess
import sys

import numpy as np
import pytest
from shell import COMMAND, ROOT, called, in_a_shell, strict

import symgd
from symgd.cli import options
from symgd.given.types import SweepArguments
from symgd.methods import SETTINGS, AdamW, Momentum, RProp

BOWL = "x**2 + 4*y**2"
LINES = [
    ["minimize", "x**2 - log(x)", "--starts", "7", "--start-box", "-1:2"],
    ["minimize", BOWL, "--starts", "5", "--noise", "0.1", "--lr", "0.1", "--epochs", "9"],
    ["maximize", "1 - abs(x)**3", "--x0", "-0.1,2.7", "--lr", "1.1", "--epochs", "20"],
    ["sweep", "x**3", "--x0", "-1:1:3", "--lr", "0.1,3", "--epochs", "5,50"],
]


@pytest.fixture
def run(capsys):
    """Run the command in this process."""
    return lambda *words: called(capsys, words)


@pytest.fixture
def inside(tmp_path, monkeypatch):
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def bits(value):
    """Tell numbers apart that only look alike, as 0 and -0."""
    return struct.pack("d", value)


# Arguments of the library


def test_every_argument_of_the_library_is_an_option_of_its_command():
    for name in ("minimize", "maximize", "sweep", "judge"):
        signature = inspect.signature(getattr(symgd, name.replace("maximize", "minimize")))
        taken = {*signature.parameters, *SweepArguments.__annotations__} - {"arguments"}
        taken = taken if name == "sweep" else {*signature.parameters}
        typed = {n for n, option in options.OPTIONS.items() if options.has(name, option)}
        inside_files = {"x", "x0"} if name == "judge" else set()
        assert taken - typed - inside_files == {"expr"} | ({"callback"} & taken)


def test_the_settings_of_all_methods_are_options():
    assert set(options.SETTINGS) == set(SETTINGS) - {"lr", "clip_value", "clip_norm", "noise"}


@pytest.mark.parametrize(
    ("words", "method"),
    [
        (["--method", "momentum", "--beta", "0.5"], Momentum(0.1, beta=0.5)),
        (["--method", "rprop", "--grow", "1.5", "--longest=2"], RProp(0.1, grow=1.5, longest=2)),
        (
            ["--weight-decay", "0.1", "--beta1", ".8", "--method", "adamw", "--eps", "1e-3"],
            AdamW(0.1, beta1=0.8, eps=1e-3, weight_decay=0.1),
        ),
    ],
)
def test_settings_reach_the_method(run, words, method):
    _, out, err = run("minimize", BOWL, "--x0", "3,1", "--lr", "0.1", "--epochs", "9", *words,
                      "--output", "-")  # fmt: skip
    expected = symgd.minimize(BOWL, x0=[3, 1], method=method, epochs=9)
    assert err == ""
    assert [strict(out)[f"x[{name}]"] for name in "xy"] == expected.x.tolist()


def test_a_setting_with_several_values_is_an_axis(run):
    words = ["sweep", BOWL, "--x0", "1,1", "--method", "momentum", "--lr", "0.05", "--epochs", "9"]
    _, out, _ = run(*words, "--beta", "0:0.9:4", "--clip-norm", "1,2", "--json")
    beta = np.linspace(0, 0.9, 4)
    expected = symgd.sweep(
        BOWL, x0=[1.0, 1.0], method="momentum", lr=0.05, epochs=9, beta=beta, clip_norm=[1, 2]
    )
    assert strict(out) == expected.to_dict()


WRONG = [
    (["--method", "adma", "--lr", "1", "--beta1", "0.5"], "did you mean adam?"),
    (["--method", "momentum", "--beta", "0.5"], "--lr: got nothing; takes a number > 0 for the"),
    (["--method", "momentum", "--beta1", "0.5", "--lr", "1"], "--beta1: got 0.5; takes nothing "
     "beside the method 'momentum', which has no such setting; it is one of adam, adamw, nadam"),
    (["--beta", "0.5", "--lr", "1"], "--beta: got 0.5; takes nothing beside the method 'gd'"),
    (["--method", "auto", "--eps", "0.5", "--lr", "1"], "--eps: got 0.5; takes nothing beside"),
    (["--method", "momentum", "--lr", "-1", "--beta", "0.5"], "--lr: got -1.0; takes a number > 0"),
    (["--method", "momentum", "--lr", "1", "--beta", "half"], "--beta: got half; takes a number"),
    (["--method", "momentum", "--lr", "1", "--beta", "0,1"], "--beta: got 0,1; takes one number"),
    (["--epoch", "10"], "unrecognized arguments: --epoch 10; did you mean --epochs?"),
    (["--metod", "adam"], "unrecognized arguments: --metod adam; did you mean --method?"),
    (["--weight_decay", "1"], "did you mean --weight-decay?"),
    (["--seed", "1.5"], "--seed: got 1.5; takes a whole number"),
    (["--history", "0"], "--history: got 0; takes a whole number >= 1"),
    (["--faithful", "--lr", "1"], "--faithful: got True; takes False beside the method 'gd'"),
    (["--output", "runs.txt"], "--output: got runs.txt; takes the name of a file that ends in "
     ".csv or .jsonl"),
    (["--output", "nowhere/runs.csv"], "--output: got nowhere/runs.csv; takes a file in a folder"),
    (["--output", "-", "--csv"], "--output: got -; takes the name of a file beside --csv"),
    (["--plot", "-"], "--plot: got -; takes the name of a file"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "named"), WRONG)
def test_a_wrong_option_is_named_before_any_run(run, inside, monkeypatch, words, named):
    monkeypatch.setattr("symgd.runs.minimize._descended", None)
    code, out, err = run("minimize", "x**2", *words)
    assert (code, out) == (2, "")
    assert named in " ".join(err.split())


@pytest.mark.parametrize(
    ("typed", "meant"), [("minimise", "minimize"), ("max", None), ("explorer", "explore")]
)
def test_the_nearest_command_is_named_for_a_wrong_one(run, typed, meant):
    code, _, err = run(typed, "x**2")
    assert code == 2
    assert ("mean" in err) == (meant is not None)
    assert meant is None or f"did you mean {meant}?" in err


def test_faithful_and_history_reach_the_run(run, inside):
    _, out, _ = run("minimize", "sin(x)", "--x0", "2", "--faithful", "--output", "-")
    expected = symgd.minimize("sin(x)", x0=2.0, faithful=True)
    assert strict(out)["nit"] == expected.nit
    words = ["sin(x)", "--x0", "2", "--lr", "0.1", "--epochs", "9"]
    pictures = []
    for more in ([], ["--history", "1"]):
        run("plot", *words, *more, "--out", "path.svg")
        pictures.append((inside / "path.svg").read_text())
    assert pictures[0] != pictures[1]


# Starts from files


def test_starts_from_a_file_are_matched_by_name(run, inside):
    (inside / "starts.csv").write_text("\ufeffy, x\n1,3\n\n-1e-3,-0.5\n")
    _, out, err = run(
        "minimize", BOWL, "--x0", "starts.csv", "--lr", "0.1", "--epochs", "3", "--csv"
    )
    expected = symgd.minimize(BOWL, [[3, 1], [-0.5, -1e-3]], lr=0.1, epochs=3)
    assert err == ""
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [[float(r["x[x]"]), float(r["x[y]"])] for r in rows] == expected.runs.x.tolist()


@pytest.mark.parametrize("command", ["maximize", "sweep", "plot"])
def test_a_file_of_starts_serves_every_command_that_runs(run, inside, command):
    (inside / "STARTS.CSV").write_text("x\n0.5\n3\n")
    code, _, err = run(command, "sin(x)", "--x0", "STARTS.CSV")
    assert code == 0
    assert "Traceback" not in err


FILES = [
    ("x\n1\n", "starts.csv: got no column y; takes columns named x, y"),
    ("x,z\n1,2\n", "starts.csv: got the column z; takes columns named x, y; did you mean y?"),
    ("x,y,x0[x]\n1,2,3\n", "starts.csv: got the column x0[x]"),
    ("x,y\n", "starts.csv: got no points"),
    ('x,y\n"1\n",2\n3,four\n', "starts.csv, line 4, column y: got four; takes a finite number"),
    ("x,y\n1,\n", "starts.csv, line 2, column y: got nothing; takes a finite number"),
    ("x,y\n\n1,nan\n", "starts.csv, line 3, column y: got nan; takes a finite number"),
    ("x,y\n1,2,3\n", "starts.csv, line 2: got 3 values; takes 2"),
    ("x,y\n9,2\n", "--x0: got x = 9; takes points inside the bounds"),
]


@pytest.mark.parametrize(("text", "words"), FILES)
def test_what_is_wrong_with_a_file_of_starts_is_named_with_its_place(run, inside, text, words):
    (inside / "starts.csv").write_text(text)
    code, out, err = run("minimize", "x**2 + y**2", "--x0", "starts.csv", "--bounds", "-5:5")
    assert (code, out) == (2, "")
    assert f"symgd: {words}" in err


def test_a_file_of_starts_stands_alone_and_exists(run, inside):
    code, _, err = run("minimize", "x**2", "--x0", "a.csv")
    assert (code, err) == (2, "symgd: a.csv cannot be read: No such file or directory\n")
    _, _, err = run("minimize", "x**2", "--x0", "1", "--x0", "a.csv")
    assert err == "symgd: --x0: got a.csv; takes a file with all starts, and no other --x0\n"


# Runs out


@pytest.mark.parametrize("words", LINES, ids=lambda words: words[0])
def test_each_run_is_a_line_that_reads_back_to_the_same_bits(run, inside, words):
    code, text, _ = run(*words)
    again, out, err = run(*words, "--output", "runs.jsonl")
    assert (again, out, err) == (code, text, "symgd: wrote runs.jsonl\n")
    _, printed, err = run(*words, "--output", "-")
    assert err == ""
    assert printed == (inside / "runs.jsonl").read_text()
    run(*words, "--output", "runs.csv")
    assert (inside / "runs.csv").read_text() == run(*words, "--csv")[1]
    lines = [strict(line) for line in printed.splitlines()]
    rows = list(csv.DictReader(io.StringIO((inside / "runs.csv").read_text())))
    assert len(lines) == len(rows) > 1
    for line, row in zip(lines, rows, strict=True):
        assert list(line) == list(row)
        for name, value in line.items():
            if isinstance(value, float):
                assert bits(value) == bits(float(row[name]))
            elif value is None:
                assert not math.isfinite(float(row[name]))
            else:
                assert str(value) == row[name]


def test_the_lines_are_the_runs_of_the_library(run):
    words = ["minimize", BOWL, "--starts", "6", "--lr", "0.3", "--epochs", "40"]
    runs = symgd.minimize(BOWL, starts=6, lr=0.3, epochs=40).runs
    _, out, _ = run(*words, "--output", "-")
    for i, line in enumerate(map(strict, out.splitlines())):
        assert line["run"] == i
        assert [line["x0[x]"], line["x0[y]"]] == runs.x0[i].tolist()
        assert [line["x[x]"], line["x[y]"]] == runs.x[i].tolist()
        assert (line["fun"], line["nit"]) == (runs.fun[i], runs.nit[i])
        assert line["status"] == symgd.Status(runs.status[i]).name


def test_what_json_lacks_is_null_in_a_line_and_named_in_csv(run, inside):
    words = ["minimize", "-exp(x)", "--x0", "9", "--lr", "1", "--epochs", "40"]
    _, out, _ = run(*words, "--output", "-")
    assert strict(out)["fun"] is None
    rows = list(csv.DictReader(io.StringIO(run(*words, "--csv")[1])))
    assert not math.isfinite(float(rows[0]["fun"]))


def test_points_of_judge_come_out_in_the_same_way(run, inside):
    (inside / "points.csv").write_text("x\n0\n1\n")
    code, out, _ = run("judge", "x**2", "points.csv", "--output", "-")
    lines = [strict(line) for line in out.splitlines()]
    assert code == 0
    assert [(line["x0"], line["x"]) for line in lines] == [(None, 0.0), (None, 1.0)]


def test_a_reader_that_leaves_early_ends_the_command_quietly():
    words = "'x**2' --x0 1 --lr 0.001:0.5:500 --epochs 1:90:90"  # more than a pipe holds
    done = in_a_shell(f'bash -c "({COMMAND} sweep {words} --output -; echo $? >&2) | head -1"')
    assert done.stderr == "0\n"  # the exit status, and nothing else
    assert json.loads(done.stdout)["lr"] == 0.001


PRESSED = """
import signal, sys, symgd
signal.signal(signal.SIGINT, signal.default_int_handler)
true = symgd.minimize
press = lambda state: signal.raise_signal(signal.SIGINT)
symgd.minimize = lambda problem, **given: true(problem, callback=press, **given)
from symgd.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_ctrl_c_leaves_the_runs_that_were_reached_in_the_file(tmp_path):
    words = ["minimize", "x**2", "--x0", "1", "--lr", "1e-12", "--epochs", "1000000000000"]
    file = str(tmp_path / "runs.jsonl")
    done = subprocess.run(
        [sys.executable, "-c", PRESSED, *words, "--output", file],
        capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 130
    assert "was interrupted after" in done.stdout
    assert done.stderr == f"symgd: wrote {file}\nsymgd: interrupted\n"
    assert strict((tmp_path / "runs.jsonl").read_text())["status"] == "STOPPED"


# Help


@pytest.mark.parametrize("command", ["", "minimize", "maximize", "sweep", "plot", "judge"])
def test_the_help_fits_into_80_columns_and_tells_the_exit_statuses(run, monkeypatch, command):
    monkeypatch.setenv("COLUMNS", "80")
    _, out, _ = run(*command.split(), "--help")
    assert max(map(len, out.splitlines())) <= 80
    told = " ".join(out.split("exit status:")[1].split())
    assert all(status in told for status in ("0 if", "1 if", "2 for", "130 after"))


def test_a_parameter_that_was_forgotten_is_named(run):
    _, _, err = run("minimize", "a*x**2", "--x0", "1")
    said = "takes 2 numbers with commas: a,x; all of these are variables here: --param a=NUMBER"
    assert said in err
    assert "--param" not in run("minimize", "x + y", "--x0", "1")[2]
