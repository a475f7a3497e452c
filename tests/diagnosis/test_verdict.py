"""The questions in their order, and the few that are asked after an interruption."""

from __future__ import annotations

import numpy as np
import pytest
from cases import case_at, statuses

from symgd import Status
from symgd.diagnosis.case import UNDECIDED, Verdicts
from symgd.diagnosis.kinds import Kinds
from symgd.diagnosis.questions import __name__ as room
from symgd.diagnosis.verdict import QUESTIONS, QUICK, judge
from symgd.engine.kernel.stops import Stop

# a minimum, a kink, a maximum, a slope, a run out of epochs, an interrupted one
PLACES = ["(x - 1)**2", "abs(x - 1)", "-(x - 1)**2", "x", "(x - 1)**2/4", "x + x**3"]
STOPS = [Stop.TOLERANCE, Stop.FLOOR, Stop.TOLERANCE, Stop.FLOOR, Stop.EPOCHS, Stop.INTERRUPTED]


def judged(expr, stop, questions):
    case = case_at(expr, [1.0 + (stop is Stop.EPOCHS)], [3.0], stop)
    for question in questions:
        question(case)
    return Status(case.found.status[0])


def test_each_question_is_a_module_of_that_name():
    for question in {*QUESTIONS, *QUICK}:
        module, name = question.__module__, question.__name__
        assert module == f"{room}.{name}" or (name == "stopped" and module == f"{room}.interrupted")


def test_every_run_gets_an_answer():
    expected = [
        Status.CONVERGED, Status.CONVERGED, Status.NOT_A_MINIMUM, Status.NO_PROGRESS,
        Status.CONVERGED, Status.STOPPED,
    ]  # fmt: skip
    found = [judged(e, s, QUESTIONS) for e, s in zip(PLACES, STOPS, strict=True)]
    assert found == expected


def test_after_an_interruption_nothing_is_probed(monkeypatch):
    def probe(*_):
        raise AssertionError

    monkeypatch.setattr(Kinds, "by_values", probe)
    found = [judged(e, s, QUICK) for e, s in zip(PLACES, STOPS, strict=True)]
    assert found[0] is Status.CONVERGED
    assert set(found[1:4]) == {Status.STOPPED}
    assert found[5] is Status.STOPPED
    with pytest.raises(AssertionError):
        judged("abs(x - 1) + sign(x - 1)", Stop.FLOOR, QUESTIONS)  # a jump: values decide


@pytest.mark.parametrize("question", [*QUESTIONS, *QUICK])
def test_an_answer_is_never_taken_back(question):
    case = case_at("sqrt(abs(x - 1))", [1.0, 1.1, np.inf], [3.0, 3.0, 3.0], Stop.EPOCHS)
    case.found.status[:] = Status.DIVERGED
    question(case)
    assert statuses(case) == [Status.DIVERGED] * 3
    assert UNDECIDED not in case.found.status


def test_slices_are_judged_alike(monkeypatch):
    x = np.linspace(-2, 2, 50)
    case = case_at("(x**2 - 1)**2", x, x + 1, Stop.FLOOR)
    whole = judge(case.problem, case.x0, case.ends, case.box, case.how, Verdicts.undecided(50, 1))
    monkeypatch.setattr("symgd.diagnosis.verdict._SLICE", 7)
    sliced = judge(case.problem, case.x0, case.ends, case.box, case.how, Verdicts.undecided(50, 1))
    for name, column in vars(whole).items():
        assert np.array_equal(column, vars(sliced)[name], equal_nan=True), name
