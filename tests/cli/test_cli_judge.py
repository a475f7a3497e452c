"""The command `symgd judge`: columns by name, and what is wrong with a file; and `--starts`."""

from __future__ import annotations

import json

import pytest
from shell import called

import symgd

ROSENBROCK = "(a - x)**2 + 100*(y - x**2)**2"


@pytest.fixture
def run(capsys):
    """Run the command in this process."""
    return lambda *words: called(capsys, words)


@pytest.fixture
def table(tmp_path):
    """Write a file; gives its name."""

    def write(text, name="points.csv"):
        path = tmp_path / name
        path.write_text(text)
        return str(path)

    return write


def test_columns_are_matched_by_name(run, table):
    file = table("y, x\n1,1\n0.5,0.2\n\n")
    code, out, err = run("judge", ROSENBROCK, file, "--param", "a=1")
    r = symgd.judge(ROSENBROCK, [[1, 1], [0.2, 0.5]], params={"a": 1})
    assert (code, err) == (0, "")
    assert out == r.summary() + "\n"


def test_starts_stand_in_columns_of_their_own(run, table):
    file = table("x0[y],x,x0[x],y\n3,1,5,2\n")
    code, out, err = run("judge", "x**2 + y", file, "--csv")
    assert (code, err) == (1, "")
    head, row = (line.split(",") for line in out.splitlines())
    assert dict(zip(head, row, strict=True))["x0[x]"] == "5.0"
    assert dict(zip(head, row, strict=True))["x0[y]"] == "3.0"


def test_it_prints_and_writes_what_minimize_does(run, table, tmp_path):
    file = table("x\n0\n1.4\n")
    page, picture = tmp_path / "page.html", tmp_path / "picture.svg"
    _, out, err = run("judge", "cos(2*pi*x) + x**2", file, "--explain", "--plot", str(picture),
                      "--report", str(page))  # fmt: skip
    r = symgd.judge("cos(2*pi*x) + x**2", [0, 1.4])
    assert out == f"{r.summary()}\n\n{r.explain()}\n"
    assert err.count("wrote") == 2
    assert page.stat().st_size > 0 < picture.stat().st_size
    assert json.loads(run("judge", "x**2", file, "--json")[1])["status"] == "CONVERGED"


def test_bounds_are_those_of_the_question(run, table):
    code, out, _ = run("judge", "x + y**2", table("x,y\n0,0\n"), "--bounds", "0:1")
    assert code == 0
    assert "at the lower bound x = 0 its slope is 1" in " ".join(out.split())


def test_a_formula_may_begin_with_a_minus(run, table):
    code, out, _ = run("judge", "-x**2 + x**4", table("x\n0\n"))
    assert code == 1
    assert "is a maximum: x = 0" in out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x,alpha2,c\n1,2,3\n", "got the column alpha2; takes columns named alpha, x"),
        ("X,alpha\n1,2\n", "got the column X; takes columns named alpha, x; did you mean x?"),
        ("x,alhpa\n1,2\n", "did you mean alpha?"),
        ("x,q\n1,2\n", "did you mean alpha?"),
        ("x\n1\n", "got no column alpha; takes columns named alpha, x"),
        ("x,alpha,x0[x]\n1,2,3\n", "got no column x0[alpha]"),
        ("x,alpha,x\n1,2,3\n", "got the column x twice"),
        ("x,alpha\n", "got no points"),
        ("", "got no column alpha, x"),
        ("x,alpha\n1,2\n1\n", "line 3: got 1 values; takes 2"),
        ("x,alpha\n1,two\n", "line 2, column alpha: got two; takes a finite number"),
        ("x,alpha\n\n1,inf\n", "line 3, column alpha: got inf; takes a finite number"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(run, table, text, words):
    code, out, err = run("judge", "x**2 + alpha**2", table(text))
    assert (code, out) == (2, "")
    assert words in err


def test_a_file_that_cannot_be_read_is_an_error(run, tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        code, _, err = run("judge", "x**2", str(path))
        assert code == 2
        assert "cannot be read" in err
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")
    assert "cannot be read" in run("judge", "x**2", str(tmp_path / "binary.csv"))[2]


@pytest.mark.parametrize("option", ["--lr", "--x0", "--starts", "--epochs", "--method"])
def test_options_of_runs_are_refused(run, table, option):
    code, _, err = run("judge", "x**2", table("x\n1\n"), option, "1")
    assert code == 2
    assert "unrecognized arguments" in err


def test_a_parameter_has_one_value(run, table):
    code, _, err = run("judge", "a*x**2", table("x\n1\n"), "--param", "a=1,2")
    assert code == 2
    assert "--param: got a=1,2; takes one number here" in err


def test_starts_until_little_is_unseen(run):
    code, out, err = run("minimize", "x**2", "--starts", "until 1%")
    assert (code, err) == (0, "")
    assert out == symgd.minimize("x**2", starts="until 1%").summary() + "\n"
    code, _, err = run("minimize", "x**2", "--starts", "until")
    assert code == 2
    assert "'until 1%'" in err
    assert run("sweep", "x**2", "--lr", "0.1,0.2", "--starts", "until 1%")[0] == 2
