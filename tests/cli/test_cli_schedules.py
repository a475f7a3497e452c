"""Schedules in words: what they are, and what is said of those that are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shell import called, strict

import symgd
from symgd.cli.schedules import read_schedule
from symgd.schedules import (
    Constant,
    Cosine,
    Exponential,
    InverseTime,
    Piecewise,
    Step,
    WarmUp,
)

READ = [
    ("cosine(0.1, 300)", Cosine(0.1, 300)),
    ("Cosine(0.1, steps=300)", Cosine(0.1, 300)),
    ("COSINE( lr=1e-1 , steps = 3e2, lowest=0.01 )", Cosine(0.1, 300, 0.01)),
    ("constant(0.5)", Constant(0.5)),
    ("step(0.1, factor=0.5, every=10)", Step(0.1, 0.5, 10)),
    ("exponential(0.1, 0.5)", Exponential(0.1, 0.5)),
    ("inverse_time(0.1, decay=0)", InverseTime(0.1, 0)),
    ("warmup(20, cosine(0.1, 300))", WarmUp(20, Cosine(0.1, 300))),
    ("WarmUp(20, then=0.1)", WarmUp(20, 0.1)),
    (
        "piecewise([0.5, 0.1, Exponential(0.8, factor=0.5)], after=(2, 3))",
        Piecewise([0.5, 0.1, Exponential(0.8, 0.5)], after=[2, 3]),
    ),
]


@pytest.mark.parametrize(("word", "schedule"), READ, ids=[word for word, _ in READ])
def test_a_schedule_reads_as_python_has_it_or_in_small_letters(word, schedule):
    assert read_schedule(word) == schedule
    assert read_schedule(schedule.words) == schedule


WRONG = [
    ("cosin(0.1, 300)", "--lr: got cosin; takes one of Constant, Cosine, Exponential, "
     "InverseTime, Piecewise, Step, WarmUp; did you mean Cosine?"),
    ("sqrt(2)", "--lr: got sqrt; takes one of"),
    ("cosine(0.1)", "--lr: got cosine: missing a required argument: 'steps'; takes Cosine(lr, "
     "steps, lowest=0.0)"),
    ("cosine(0.1, 1, 0, 4)", "--lr: got cosine: too many positional arguments"),
    ("cosine(0.1, step=300)", "--lr: got cosine with step; takes Cosine(lr, steps, lowest=0.0); "
     "did you mean steps?"),
    ("cosine(-0.1, 300)", "--lr: lr of Cosine: got -0.1; takes a number > 0"),
    ("cosine(0.1, 2.5)", "--lr: steps of Cosine: got 2.5; takes a whole number >= 1"),
    ("warm_up(5, cosine(0.1, 0))", "--lr: steps of Cosine: got 0; takes a whole number"),
    ("warm_up(5, cosine)", "--lr: got warm_up(5, cosine); takes a number, or a schedule"),
    ("piecewise([1, 2], [3, 4])", "--lr: after of Piecewise: got [3, 4]; takes ascending"),
    ("cosine(0.1, 300", "takes a number, or a schedule such as cosine(0.1, 300)"),
    ("cosine(0.1, 300)*2", "takes a number, or a schedule"),
    ("(0.1)", "takes a number, or a schedule"),
    ("[0.1, (2)]", "takes a number, or a schedule"),
    ("cosine('0.1', 300)", "takes a number, or a schedule"),
    ("cosine(True, 300)", "--lr: lr of Cosine: got True; takes a number > 0"),
    ("cosine(*[0.1, 300])", "takes a number, or a schedule"),
    ("cosine(**{})", "takes a number, or a schedule"),
    ("__import__('os').getcwd()", "takes a number, or a schedule"),
    ("cosine(__import__('os'), 3)", "takes a number, or a schedule"),
    ("(" * 999, "takes a number, or a schedule"),
    ("cosine(" + "9" * 2000, "takes at most 1000 characters"),
    ("cosine(" + "9" * 400 + ", 1)", "--lr: lr of Cosine: got 9999"),
    ("cosine(0.1, 1\0)", "takes a number, or a schedule"),
]  # fmt: skip


@pytest.mark.parametrize("place", range(len(WRONG)))
def test_what_is_no_schedule_is_refused_with_what_it_takes(place):
    word, said = WRONG[place]
    with pytest.raises(symgd.ConfigurationError) as refused:
        read_schedule(word)
    assert said in str(refused.value)


@given(st.text(alphabet="cosinewarmupst()[]=,.-0123456789 e_*'", max_size=30))
def test_no_text_is_more_than_a_schedule_or_a_clear_error(text):
    try:
        clear = isinstance(read_schedule(text), symgd.schedules.Schedule)
    except symgd.ConfigurationError as error:
        clear = str(error).startswith("--lr: ")
    assert clear


@pytest.fixture
def run(capsys):
    """Run the command in this process."""
    return lambda *words: called(capsys, words)


def test_a_schedule_is_the_rate_of_every_step(run):
    words = ["--x0", "3", "--lr", "step(0.25, 0.5, 2)", "--epochs", "4", "--output", "-"]
    x = 3.0
    for rate in (0.25, 0.25, 0.125, 0.125):
        x -= rate * 2 * x
    _, out, err = run("minimize", "x**2", *words)
    assert (strict(out)["x"], err) == (x, "")


def test_a_schedule_goes_with_settings_and_with_axes(run):
    words = ["x**2", "--x0", "3", "--method", "adam", "--lr", "Cosine(0.5, steps=9)"]
    for command, more in (("minimize", "0.8"), ("sweep", "0.8,0.9")):
        _, out, _ = run(command, *words, "--beta1", more, "--epochs", "9", "--output", "-")
        adam = symgd.methods.Adam(Cosine(0.5, 9), beta1=0.8)
        expected = symgd.minimize("x**2", x0=3, method=adam, epochs=9)
        assert strict(out.splitlines()[0])["x"] == expected.x[0]


def test_a_schedule_is_no_axis(run):
    code, _, err = run("minimize", "x**2", "--lr", "piecewise([0.1, 0.2], [3])", "--epochs", "9")
    assert code in (0, 1)
    assert err == ""


def test_a_word_that_is_neither_rate_nor_schedule_is_told_both(run):
    code, _, err = run("minimize", "x**2", "--lr", "cosine")
    assert code == 2
    assert "a schedule such as cosine(0.1, 300)" in err
    assert "cosine(0.1, 300)" in run("minimize", "x**2", "--lr", "cosine 0.1 300")[2]
