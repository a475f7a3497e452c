"""Verdicts on points from elsewhere: what they are, what is missing, and no word of runs."""

from __future__ import annotations

import copy
import math
import pickle
import re

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from mpmath import mp, mpf
from scipy.optimize import minimize

import symgd
from symgd import Kind, Status, plots

COSINE = "cos(2*pi*x) + x**2"
ROSENBROCK = "(1 - x)**2 + 100*(y - x**2)**2"
OF_RUNS = re.compile(r"start|stall|moved|\bruns?\b(?! away)|step|epoch|escape|reached|reaches a")

# formula, point, arguments, status, kind
POINTS = [
    ("(x - 1)**2 + 3", 1, {}, Status.CONVERGED, Kind.MINIMUM),
    ("(x - 1)**2 + 3", 1 + 1e-9, {}, Status.CONVERGED, Kind.MINIMUM),
    ("(x - 1)**2 + 3", 1.1, {}, Status.NO_PROGRESS, Kind.NOT_STATIONARY),
    ("1e12 + (x - 1)**2", 1.005, {}, Status.CONVERGED, Kind.MINIMUM),
    ("1e12 + (x - 1)**2", 491, {}, Status.NO_PROGRESS, Kind.NOT_STATIONARY),
    ("x + y**2", [0, 0], {"bounds": [(0, 1), (-1, 1)]}, Status.AT_BOUND, Kind.MINIMUM),
    ("x + y**2", [0.5, 0], {"bounds": [(0, 1), (-1, 1)]}, Status.NO_PROGRESS, Kind.NOT_STATIONARY),
    (COSINE, 0, {}, Status.NOT_A_MINIMUM, Kind.MAXIMUM),
    (COSINE, 1e-7, {}, Status.NOT_A_MINIMUM, Kind.MAXIMUM),
    (COSINE, 5e-4, {}, Status.NO_PROGRESS, Kind.NOT_STATIONARY),
    ("x**2 - y**2", [0, 0], {}, Status.NOT_A_MINIMUM, Kind.SADDLE),
    ("x**3", 0, {}, Status.NOT_A_MINIMUM, Kind.SADDLE),
    ("1 - exp(-(x - 30)**2)", 0, {}, Status.PLATEAU, Kind.FLAT),
    ("log(x) + x", -1, {}, Status.OUT_OF_DOMAIN, Kind.UNKNOWN),
    ("1/x", 0, {}, Status.OUT_OF_DOMAIN, Kind.UNKNOWN),
    ("exp(exp(x))", 10, {}, Status.OUT_OF_DOMAIN, Kind.UNKNOWN),
    ("log(x)", 2, {}, Status.NO_PROGRESS, Kind.NOT_STATIONARY),
    ("x", -1e9, {}, Status.NO_PROGRESS, Kind.NOT_STATIONARY),
    ("abs(x - 1)", 1, {}, Status.CONVERGED, Kind.KINK_MINIMUM),
    ("abs(x - 1)", 1 + 1e-9, {}, Status.CONVERGED, Kind.KINK_MINIMUM),
    ("abs(x - 1)", 1.001, {}, Status.NO_PROGRESS, Kind.NOT_STATIONARY),
    ("(x - 1)**4", 1, {}, Status.CONVERGED, Kind.WEAK_MINIMUM),
    ("(x - 1)**4", 1.01, {}, Status.NO_PROGRESS, Kind.NOT_STATIONARY),
    ("(x - 1e9)**2", 1e9 + 1, {}, Status.CONVERGED, Kind.MINIMUM),
    ("(x - 1e9)**2", 1e9 + 1e3, {}, Status.NO_PROGRESS, Kind.NOT_STATIONARY),
    ("(x - 1e-9)**2", 1e-9 + 1e-12, {"bounds": (0, 1e-6)}, Status.NO_PROGRESS, None),
    ("(x - 1e-9)**2", 1e-9 + 1e-16, {"bounds": (0, 1e-6)}, Status.CONVERGED, None),
]


@pytest.mark.parametrize(("formula", "x", "more", "status", "kind"), POINTS)
def test_what_a_point_is(formula, x, more, status, kind):
    r = symgd.judge(formula, x, **more)
    assert r.status is status
    assert kind in (r.kind, None)
    assert r.success == status.success
    assert r.nit == r.nfev == r.njev == 0
    assert r.runs.x.ravel().tolist() == np.ravel(x).tolist()  # it has not been moved
    assert np.isnan(r.runs.x0).all()


@pytest.mark.parametrize(("formula", "x", "more", "status", "kind"), POINTS)
def test_no_word_tells_of_a_way_that_nobody_knows(formula, x, more, status, kind):
    r = symgd.judge(formula, x, **more)
    two = symgd.judge(formula, [x, x], **more)
    page = "".join([two._repr_html_(), r._repr_html_()])
    words = [r.summary(), r.explain(), r.explain(0), r.message, two.summary(), two.explain()]
    for text in [*words, re.sub(r"<[^>]*>", " ", page)]:
        assert not OF_RUNS.search(" ".join(text.split())), text


def test_many_points_are_judged_as_each_alone():
    rows = [(x, s) for formula, x, more, s, _ in POINTS if formula == COSINE and not more]
    x = [row[0] for row in rows] + [3e7, 17, 0.4758024510242211]
    r = symgd.judge(COSINE, x)
    for i, one in enumerate(x):
        alone = symgd.judge(COSINE, one)
        for name in ("status", "kind", "fun", "grad_norm"):
            assert getattr(r.runs, name)[i] == getattr(alone.runs, name)[0]
        for name in ("x", "distance", "fall", "rounding", "leads"):
            both = getattr(r.remaining, name)[i], getattr(alone.remaining, name)[0]
            assert np.array_equal(*both, equal_nan=True)


@pytest.mark.parametrize("factor", [1e-6, 1e6])
@pytest.mark.parametrize("unit", [1e-3, 1.0, 1e3])
def test_verdicts_keep_with_other_units(factor, unit):
    formula = f"{factor}*((x/{unit} - 1)**2*(x/{unit} + 1)**2 + abs(x/{unit})/4)"
    x = unit * np.array([0.0, 1.0, 0.5, -0.3, 0.9682458365518543, 2.0])
    usual = symgd.judge("(x - 1)**2*(x + 1)**2 + abs(x)/4", x / unit, bounds=(-3, 3))
    r = symgd.judge(formula, x, bounds=(-3 * unit, 3 * unit))
    assert r.runs.status.tolist() == usual.runs.status.tolist()
    assert r.remaining.fall == pytest.approx(factor * usual.remaining.fall, rel=1e-6, nan_ok=True)


def test_what_is_missing_is_measured():
    x = [1.25, 0.5]
    rest = symgd.judge("(x - 1)**2 + 3*(y + 1)**2 + 7", x).remaining
    assert rest.x[0] == pytest.approx([1, -1])
    assert rest.distance[0] == pytest.approx(math.hypot(0.25, 1.5))
    assert rest.fall[0] == pytest.approx(0.25**2 + 3 * 1.5**2)
    assert rest.leads[0] == Status.CONVERGED


@pytest.mark.parametrize("away", [1e-3, 1e-6, 1e-9])
def test_a_fall_below_rounding_is_measured_too(away):
    mp.dps = 50
    bottom = mp.findroot(lambda t: -2 * mp.pi * mp.sin(2 * mp.pi * t) + 2 * t, mpf("0.4758"))
    x = float(bottom) + away
    height = lambda t: mp.cos(2 * mp.pi * t) + t**2  # noqa: E731
    rest = symgd.judge(COSINE, x).remaining
    expected = float(height(mpf(x)) - height(bottom))
    assert rest.distance[0] == pytest.approx(float(mpf(x) - bottom), rel=1e-6)
    assert rest.fall[0] == pytest.approx(expected, rel=1e-2, abs=float(rest.rounding[0]) / 8)


def test_precision_loss_is_answered():
    def f(v):
        return (1 - v[0]) ** 2 + 100 * (v[1] - v[0] ** 2) ** 2

    ended = minimize(f, [-1.2, 1], method="BFGS", options={"gtol": 1e-12})
    r = symgd.judge(ROSENBROCK, ended.x, x0=[-1.2, 1])
    assert r.status is Status.NO_PROGRESS  # differences in place of derivatives went wrong
    assert r.remaining.fall[0] == pytest.approx(f(ended.x), rel=1e-3)
    assert r.remaining.fall[0] > 1e3 * r.remaining.rounding[0]
    assert "f would still fall by" in r.message
    assert "minimum (x, y) = (1, 1)" in r.message

    near = symgd.judge(f"{ROSENBROCK} + 1", 1 + 1e-9 * np.ones(2), x0=[-1.2, 1])
    assert near.success
    assert "to the rounding of f" in near.message


def test_a_start_is_the_length_scale():
    far, near = (symgd.judge("(x - 1)**2", 1 + 1e-7, x0=x0) for x0 in (1e3, 2.0))
    assert far.success
    assert not near.success
    assert far.runs.x0.tolist() == [[1e3]]
    assert far.to_dataframe()["x0"].tolist() == [1e3]


def test_points_and_starts_are_read_as_minimize_reads_starts():
    by_name = symgd.judge("x - y**2", {"y": [1, 2], "x": 3}, pd.DataFrame({"y": [0.0], "x": [1.0]}))
    by_place = symgd.judge("x - y**2", [[3, 1], [3, 2]], [1, 0])
    assert by_name.runs.x.tolist() == by_place.runs.x.tolist() == [[3, 1], [3, 2]]
    assert by_name.runs.x0.tolist() == by_place.runs.x0.tolist() == [[1, 0], [1, 0]]
    order = symgd.judge("x - y**2", [1, 3], variables=["y", "x"])
    assert order.fun == 2
    assert symgd.judge(symgd.Problem("a*x**2", params={"a": 2}), 1, params={"a": 3}).fun == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((["1"],), "x: got"),
        ((math.nan,), "x: got .*finite"),
        (([[1, 2]],), "x: got shape"),
        (({"z": 1},), "x: got .*names out of"),
        ((7, None, (0, 5)), "x: got x = 7; takes points inside the bounds"),
        (([1, 2, 3], [1, 2]), "x0: got 2 points; takes one point, or 3"),
    ],
)
def test_what_is_wrong_is_refused(arguments, words):
    with pytest.raises(symgd.ConfigurationError, match=words):
        symgd.judge("x**2", *arguments)


def test_unknown_keywords_are_refused_with_the_nearest():
    with pytest.raises(symgd.ConfigurationError, match="did you mean bounds"):
        symgd.judge("x**2", 1, bound=(0, 1))


def test_minima_are_those_that_points_are_at():
    r = symgd.judge(COSINE, [0.4758024510242211, -0.4758024510242211, 0.47580245102, 0])
    assert [m.count for m in r.minima] == [1, 2]
    assert r.runs.minimum.tolist() == [1, 0, 1, -1]
    assert math.isnan(r.unseen)
    assert "not found yet" not in r.summary()


def test_ways_out_of_a_saddle_are_told():
    r = symgd.judge("x**2 - y**2 + y**4", [1e-7, 0])
    assert "reaches (x, y) = (0, -0.7071) and (x, y) = (0, 0.7071)" in r.message
    assert "1e-7 away" in r.message


def test_descent_without_end_is_told():
    assert "descent from there runs away to infinity" in symgd.judge("x**3", -1).message


@pytest.fixture(scope="module")
def judged():
    return {
        "one": symgd.judge(COSINE, 5e-4),
        "several": symgd.judge(COSINE, [0.4758024510242211, 0, 5e-4, 1e-7, 3]),
        "begun": symgd.judge("a*x**2 + y**2", [[0, 0], [1, 2]], [3, 3], (0, 5), params={"a": 2}),
        "three": symgd.judge("x**2 + y**2 + z**2", [[0, 0, 0], [1, 2, 3]]),
    }


@pytest.mark.parametrize("name", ["one", "several", "begun", "three"])
def test_results_are_kept_and_copied(judged, name, tmp_path):
    r = judged[name]
    r.save(tmp_path / "r.npz")
    for again in (symgd.load(tmp_path / "r.npz"), pickle.loads(pickle.dumps(r)), copy.deepcopy(r)):
        assert again.summary() == r.summary()
        assert again.explain() == r.explain()
        assert np.array_equal(again.remaining.fall, r.remaining.fall, equal_nan=True)
    assert len(r.to_dataframe()) == len(r.runs)
    assert r.to_xarray().attrs["method"] == "elsewhere"


@pytest.mark.parametrize("name", ["one", "several", "begun", "three"])
def test_pictures_and_pages_show_points(judged, name, tmp_path):
    mpl.use("agg")
    r = judged[name]
    title = r.plot(Figure().add_subplot()).get_title()
    assert not OF_RUNS.search(title), title
    plots.waterfall(r, ax=Figure().add_subplot())
    r.report(tmp_path / "r.html")
    assert "symgd.judge(" in (tmp_path / "r.html").read_text()
