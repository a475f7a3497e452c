"""The command ``symgd explore``."""

from __future__ import annotations

import re
import shlex

import pytest
from shell import called

from symgd import Problem


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """Run the command in this process, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return lambda *words: called(capsys, ["explore", *words])


def test_it_writes_the_page_of_the_problem(run, tmp_path):
    words = ["--param", "a=3", "--x0", "-1", "--start-box", "-2:2", "-o", "p.html"]
    code, out, err = run("a*x**2", *words)
    assert (code, out, err) == (0, "", "symgd: wrote p.html\n")
    page = Problem("a*x**2", params={"a": 3}).explore(x0=-1, start_box=(-2, 2))
    assert (tmp_path / "p.html").read_text() == page.html


def test_its_file_has_a_name_if_none_is_given(run, tmp_path):
    assert run("-x**2")[0] == 0
    assert [p.name for p in tmp_path.iterdir()] == ["explore.html"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["x**2", "-o", "page.png"], "--out: got page.png; takes the name of a file that ends in"),
        (["x**2", "-o", "nowhere/page.html"], "nowhere/page.html cannot be written"),
        (["x**2", "--lr", "1,2"], "--lr: got 1,2; takes one number here"),
        (["x**2", "--param", "a=1,2"], "--param: got a=1,2; takes one number here"),
        (["x**2", "--x0", "1", "--x0", "2"], "takes one point"),
        (["x + y + z"], "takes a formula of one variable or two"),
        (["x**2", "--learning-rate", "1"], "did you mean --lr?"),
        (["x**2", "--bounds", "0:1"], "unrecognized arguments: --bounds"),
        (["x +"], "  x +"),
    ],
)
def test_bad_input_is_exit_status_2_and_leaves_no_file(run, tmp_path, words, told):
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert told in err
    assert list(tmp_path.iterdir()) == []


def test_help_tells_its_options(run):
    code, out, _ = run("--help")
    assert code == 0
    for option in ("--x0", "--start-box", "--out", "--method"):
        assert option in out


def test_every_example_of_the_help_works(run, tmp_path):
    examples = re.findall(r"^  symgd explore (.*)$", run("--help")[1], re.MULTILINE)
    assert len(examples) == 3
    for line in examples:
        code, out, err = run(*shlex.split(line))
        assert (code, out) == (0, ""), line
        assert (tmp_path / err.removeprefix("symgd: wrote ").strip()).is_file()
