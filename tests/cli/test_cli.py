"""The command: what it prints, where, and with which exit status."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shell import COMMAND, ROOT, called, in_a_shell, strict

import symgd
from symgd import cli

COSINE = "cos(2*pi*x) + x**2"


@pytest.fixture
def run(capsys):
    """Run the command in this process."""
    return lambda *words: called(capsys, words)


def test_a_minimum_is_exit_status_0_and_the_summary(run):
    code, out, err = run("minimize", "(x - 1)**2 + 3", "--x0", "0")
    assert (code, err) == (0, "")
    assert out == symgd.minimize("(x - 1)**2 + 3", x0=0).summary() + "\n"


def test_the_trap_is_exit_status_1(run):
    code, out, err = run("minimize", COSINE, "--x0", "0", "--lr", "0.01", "--epochs", "100")
    assert (code, err) == (1, "")
    assert "stalled at its start: x = 0 is a maximum" in out


OPTIONS = [
    (["minimize", "x**2", "--learning-rate", "0.1"], "--lr"),
    (["minimize", "x**2", "--learning-rate=0.1"], "--lr"),
    (["minimize", "x**2", "--n-starts", "5"], "--starts"),
    (["sweep", "x**2", "--startbox", "0:1"], "--start-box"),
    (["minimize", "a*x**2", "--params", "a=1"], "--param"),
    (["plot", "x**2", "--ou", "x.png"], "--out"),
    (["minimize", "x**2", "--max_iter", "5"], "--epochs"),
    (["minimize", "x**2", "--explian"], "--explain"),
]


@pytest.mark.parametrize(("words", "meant"), OPTIONS)
def test_an_unknown_option_is_refused_with_the_one_that_was_meant(run, words, meant):
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert f"unrecognized arguments: {' '.join(words[2:])}; did you mean {meant}?" in err


def test_no_option_is_offered_that_the_command_lacks_or_that_is_like_none(run):
    assert "mean" not in run("sweep", "x**2", "--explian")[2]
    assert "mean" not in run("minimize", "x**2", "--colour")[2]


def test_escape_leads_on_from_the_trap(run):
    code, out, _ = run("minimize", COSINE, "--x0", "0", "--escape", "--explain")
    assert code == 0
    assert "STALLED_AT_START: 1 of 3 runs" in out
    assert "Runs 1 and 2 are continuations of run 0" in out


BAD = [
    ([""], "the formula is empty"),
    (["2x"], "  2x\n   ^"),
    (["(x + 1"], "a bracket is not closed"),
    (["foo(x)"], "foo"),
    (["3 + 4"], "no variable"),
    (["__import__('os')"], "column"),
    (["x", "--param", "b=1"], "--param: got"),
    (["x", "--param", "b"], "--param: got b; takes NAME=NUMBER"),
    (["x", "--param", "=1"], "--param"),
    (["x", "--param", "x=nan"], "params['x']"),
    (["x", "--x0", "1,2", "--x0", "3,4"], "x0"),
    (["x + y", "--x0", "1"], "x0"),
    (["x + y", "--x0", "1,2", "--x0", "3"], "x0"),
    (["x", "--x0", "nan"], "x0"),
    (["x", "--x0", "one"], "--x0: got one"),
    (["x", "--x0", ""], "--x0"),
    (["x", "--x0", "1", "--x0", "0:1:3"], "--x0: got 0:1:3; takes one number, x, each time"),
    (["x + y", "--x0", "0:1:2"], "--x0: got 0:1:2; takes 2 numbers with commas: x,y"),
    (["x", "--lr", "0.1,0.2"], "--lr: got 0.1,0.2; takes one number here; symgd sweep takes"),
    (["x", "--epochs", "1:9:3"], "--epochs: got 1:9:3; takes one number here"),
    (["a*x", "--param", "a=1,2"], "--param: got a=1,2; takes one number here"),
    (["x", "--x0", "2", "--bounds", "0:1"], "x0"),
    (["x", "--bounds", "1:0"], "bounds"),
    (["x", "--bounds", "1"], "--bounds: got 1; takes LO:HI"),
    (["x", "--bounds", "=0:1"], "--bounds"),
    (["x", "--bounds", "y=0:1"], "bounds"),
    (["x", "--start-box", "3:3"], "start_box"),
    (["x", "--start-box", "0:"], "start_box"),
    (["x", "--lr", "-0.1"], "lr"),
    (["x", "--lr", "0"], "lr"),
    (["x", "--lr", "nan"], "lr"),
    (["x", "--lr", "fast"], "--lr"),
    (["x", "--epochs", "0"], "epochs"),
    (["x", "--epochs", "1.5"], "--epochs"),
    (["x", "--tol", "-1"], "tol"),
    (["x", "--starts", "0"], "starts"),
    (["x", "--seed", "-1"], "seed"),
    (["x", "--workers", "0"], "workers"),
    (["x", "--time-limit", "0"], "--time-limit: got 0.0"),
    (["x", "--time-limit", "soon"], "--time-limit"),
    (["x", "--sampler", "dice"], "sampler"),
    (["x", "--method", "simplex"], "method"),
    (["x", "--variables", "y"], "neither in variables nor in params"),
    (["x", "--variables", ""], "variables"),
    (["x", "--momentum", "1"], "--momentum"),
    (["x", "--json", "--explain"], "--explain"),
    (["x", "--lr"], "--lr"),
    ([], "EXPR"),
    (["x", "y"], "y"),
]


def test_whole_numbers_may_have_an_exponent(run):
    status, out, _ = run("minimize", "x**2", "--lr", "1e-3", "--epochs", "1e2", "--starts", "1e1")
    assert status == 1
    assert "10 runs  SLOW" in out


@pytest.mark.parametrize(("words", "named"), BAD)
def test_bad_input_is_exit_status_2_and_named_on_standard_error(run, words, named):
    code, out, err = run("minimize", *words)
    assert (code, out) == (2, "")
    assert named in err
    assert "Traceback" not in err


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=30))
def test_no_text_as_a_formula_ends_in_a_traceback(text):
    try:
        code = cli.main(["minimize", "--starts", "1", "--epochs", "1", "--", text])
    except SystemExit as stop:
        code = stop.code
    assert code in (0, 1, 2)


NEGATIVE = [
    (["(x + 1)**2", "--x0", "-3"], (-3.0,)),
    (["(x + 1)**2", "--x0=-3"], (-3.0,)),
    (["(x + 1)**2", "--x0", "-.5e1"], (-5.0,)),
    (["(x + 1)**2 + y**2", "--x0", "-3,-2"], (-3.0, -2.0)),
    (["--x0", "-3", "-x + x**2"], (-3.0,)),
    (["-x+x**2", "--x0", "-1"], (-1.0,)),
    (["--x0", "-1", "--", "-x+x**2"], (-1.0,)),
]


@pytest.mark.parametrize(("words", "start"), NEGATIVE)
def test_a_minus_in_front_is_no_option(run, words, start):
    code, _, err = run("minimize", *words)
    assert (code, err) == (0, "")
    _, out, _ = run("minimize", "--json", *words)
    expr = next(w for w in words if "x**2" in w or "(x" in w)
    assert json.loads(out)["fun"] == symgd.minimize(expr, x0=[start]).fun


def test_negative_ranges(run):
    code, out, _ = run("minimize", "x", "--bounds", "-2:-1", "--json")
    assert code == 0
    assert json.loads(out)["x"] == {"x": -2.0}


@pytest.fixture
def said(monkeypatch, run):
    """Give the keywords with which the command calls `minimize`."""
    true = symgd.minimize

    def call(*words):
        seen = {}

        def spy(problem, **keywords):
            seen.update(keywords, problem=problem)
            return true("x**2", 1.0)

        monkeypatch.setattr(symgd, "minimize", spy)
        run("minimize", *words)
        return seen

    return call


def test_options_reach_minimize_as_its_keywords(said):
    seen = said(
        "a*x + y", "--variables", "y,x", "--param", "a=3", "--bounds", "0:1", "--bounds", "x=-1:",
        "--start-box", "y=0:2", "--starts", "7", "--sampler", "grid", "--seed", "3", "--method",
        "gd", "--lr", "0.5", "--epochs", "9", "--tol", "1e-3", "--no-polish", "--escape",
        "--workers", "1", "--progress", "--time-limit", "60",
    )  # fmt: skip
    problem = seen.pop("problem")
    assert (problem.names, dict(problem.params)) == (("y", "x"), {"a": 3.0})
    assert seen == {
        "params": {"a": 3.0},
        "bounds": {"y": (0.0, 1.0), "x": (-1.0, None)},
        "start_box": {"y": (0.0, 2.0)},
        "starts": 7,
        "sampler": "grid",
        "seed": 3,
        "method": "gd",
        "lr": 0.5,
        "epochs": 9,
        "tol": 1e-3,
        "polish": False,
        "escape": True,
        "workers": 1,
        "progress": True,
        "time_limit": 60.0,
    }


def test_what_is_not_said_is_left_to_minimize(said):
    seen = said("x**2")
    assert set(seen) == {"problem"}


@pytest.mark.parametrize(
    ("words", "x0"),
    [
        (["x", "--x0", "0"], 0.0),
        (["x", "--x0", "0", "--x0", "1"], [0.0, 1.0]),
        (["x", "--x0", "0,1"], [0.0, 1.0]),
        (["x", "--x0", "-1:1:3"], [-1.0, 0.0, 1.0]),
        (["x + y", "--x0", "0,1"], [0.0, 1.0]),
        (["x + y", "--x0", "0,1", "--x0", "2,3"], [[0.0, 1.0], [2.0, 3.0]]),
    ],
)
def test_starts(said, words, x0):
    assert said(*words)["x0"] == x0


@pytest.mark.parametrize(
    "words",
    [[COSINE], ["x", "--x0", "1"], ["x**3", "--x0", "-1", "--lr", "1"], ["log(x)", "--x0", "-1"]],
)
def test_json_is_strict_and_alone(run, words):
    code, out, err = run("minimize", *words, "--json")
    data = strict(out)
    assert err == ""
    assert data["success"] is (code == 0)
    assert sum(data["counts"].values()) >= 1


def test_version_and_help(run):
    assert run("--version") == (0, f"symgd {symgd.__version__}\n", "")
    code, out, _ = run("minimize", "--help")
    assert code == 0
    assert "exit status" in out
    assert run()[0] == 2


def test_as_a_module():
    done = in_a_shell(f"{sys.executable} -m symgd minimize '(x - 1)**2' --x0 -1.5")
    assert done.returncode == 0
    assert "reached a minimum: x = 1" in done.stdout
    assert done.stderr == ""


def test_a_bad_formula_as_a_module_has_no_traceback():
    done = in_a_shell(f"{sys.executable} -m symgd minimize 'x +* 2'")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("symgd: ")
    assert "^" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_closed_pipe_ends_quietly():
    command = f"{sys.executable} -m symgd minimize 'x**2' --x0 1 --json"
    done = in_a_shell(f'bash -c "({command}; echo $? >&2) | true"')
    assert done.stderr == "0\n"  # the exit status, and nothing else


FORMS = [
    "minimize 'x**2' --x0 1", "minimize 'x**2' --x0 1 --json", "minimize 'x**2' --x0 1 --csv",
    "minimize 'x**2' --x0 1 --explain", "sweep 'x**2' --x0 1:2:3", "sweep 'x**2' --x0 1:2:3 --json",
    "--help", "sweep --help",
]  # fmt: skip
FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device /dev/full")


@FULL
@pytest.mark.parametrize("form", FORMS)
def test_output_to_a_full_disk_is_an_error_of_one_line(form):
    done = in_a_shell(f"{COMMAND} {form} > /dev/full")
    error = "symgd: standard output cannot be written: No space left on device\n"
    assert (done.returncode, done.stderr) == (2, error)


@FULL
@pytest.mark.parametrize("form", FORMS[:2])
def test_output_that_is_closed_is_an_error_of_one_line(form):
    done = in_a_shell(f"{COMMAND} {form} >&-")
    error = "symgd: standard output cannot be written: Bad file descriptor\n"
    assert (done.returncode, done.stderr) == (2, error)


@FULL
@pytest.mark.parametrize("where", ["2> /dev/full", "2>&-"])
def test_what_is_only_told_may_get_lost(tmp_path, where):
    picture = tmp_path / "curve.svg"
    done = in_a_shell(f"{COMMAND} plot 'x**2' --out {picture} {where}")
    assert (done.returncode, done.stdout) == (0, "")
    assert picture.exists()


@FULL
@pytest.mark.parametrize(
    "words",
    [
        ["minimize", "x**2", "--x0", "1", "--plot", "full.png"],
        ["minimize", "x**2", "--x0", "1", "--plot", "full.svg"],
        ["minimize", "x**2", "--x0", "1", "--report", "full.html"],
        ["sweep", "x**2", "--x0", "1:2:5", "--plot", "full.pdf"],
        ["sweep", "x**2", "--x0", "1:2:5", "--report", "full.html"],
        ["plot", "x**2", "--out", "full.png"],
    ],
)
def test_a_file_on_a_full_disk_is_an_error_of_one_line(run, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path(words[-1]).symlink_to("/dev/full")
    code, _, err = run(*words)
    error = f"symgd: {words[-1]} cannot be written: No space left on device\n"
    assert (code, err) == (2, error)


RED = "\x1b[31m"


@pytest.mark.parametrize(
    "words",
    [
        ["minimize", f"x + {RED}"],
        ["minimize", RED],
        ["minimize", "x", "--lr", RED],
        ["minimize", "x", "--x0", f"1,{RED}"],
        ["minimize", "x", "--seed", RED],
        ["minimize", "x", "--sampler", RED],
        ["minimize", "x", "--method", "\x9b31m"],
        ["minimize", "x", "--variables", f"x{RED}"],
        ["minimize", "x", "--param", f"{RED}b=1"],
        ["minimize", "x", "--bounds", f"{RED}=0:1"],
        ["minimize", "x", "--plot", f"{RED}.txt"],
        ["minimize", "x", "--plot", f"{RED}/a.png"],
        ["minimize", "x", f"--{RED}"],
        ["minimize", "x", RED],
        [RED],
    ],
)
def test_no_word_of_an_error_commands_the_terminal(run, words):
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert all(c.isprintable() for c in err.replace("\n", ""))


def test_no_name_of_a_file_commands_the_terminal(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = run("plot", "x**2", "--out", f"{RED}.svg")
    assert (code, err) == (0, "symgd: wrote ?[31m.svg\n")
    Path(f"{RED}.png").symlink_to("/dev/full")
    code, _, err = run("plot", "x**2", "--out", f"{RED}.png")
    assert (code, err) == (2, "symgd: ?[31m.png cannot be written: No space left on device\n")


def test_ctrl_c_before_there_is_a_result(monkeypatch, run):
    def interrupted(given):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "run", interrupted)
    assert run("minimize", "x") == (130, "", "symgd: interrupted\n")


@pytest.mark.skipif(os.name != "posix", reason="sends a POSIX signal")
def test_ctrl_c_on_the_way_gives_what_was_reached():
    words = ["minimize", "x**2", "--x0", "1", "--lr", "1e-12", "--epochs", "1000000000000"]
    process = subprocess.Popen(
        [sys.executable, "-m", "symgd", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    time.sleep(3.0)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert "Traceback" not in err
    assert process.returncode == 130
    assert "was interrupted after" in out
    assert err == "symgd: interrupted\n"


def test_a_warning_is_a_line_on_standard_error(run, recwarn):
    status, out, err = run("minimize", "x**2", "--x0", "1", "--lr", "1.5", "--epochs", "10")
    assert (status, len(recwarn)) == (1, 0)
    assert "ran away" in out
    assert err == (
        "symgd: warning: lr = 1.5 is above 1, the largest rate at which fixed steps can settle "
        "at x = 0 (2 divided by the curvature 2 there)\n"
    )


def test_maximize_speaks_of_maxima_and_takes_the_options_of_minimize(run):
    status, out, err = run("maximize", "4 - (x - 1)**2", "--x0", "0", "--explain")
    assert (status, err) == (0, "")
    assert "reached a local maximum" in out
    assert "x = 1, f = 4" in out


def test_an_error_of_a_command_names_the_command_as_it_is_typed(run):
    status, _, err = run("minimize")
    assert status == 2
    assert "\nsymgd minimize: error: " in err
