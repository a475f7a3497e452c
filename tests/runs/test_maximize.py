"""`maximize` gives what `minimize` of -f gives, in the values and words of f."""

import math
import pickle
from pathlib import Path

import numpy as np
import pytest

import symgd
from symgd.views.mirror import turned

GOLDEN = Path(__file__).parents[1] / "golden" / "sentences.txt"
WAVE = "sin(x)*exp(-x**2/20)"


def test_values_are_those_of_f_and_starts_those_of_minimize():
    highest, lowest = symgd.maximize(WAVE, starts=50), symgd.minimize(f"-({WAVE})", starts=50)
    np.testing.assert_array_equal(highest.runs.x, lowest.runs.x)
    np.testing.assert_allclose(highest.runs.fun, highest.problem.fun(highest.runs.x), rtol=1e-14)
    assert highest.problem.text == WAVE
    assert highest.fun == max(m.fun for m in highest.maxima) == -lowest.fun
    assert highest.kind is symgd.Kind.MAXIMUM
    assert highest.success
    best = highest.maxima[0]
    assert best.eigenvalues == pytest.approx(highest.problem.hess(best.x).ravel())
    assert (best.eigenvalues < 0).all()


def test_a_known_maximum_of_two_variables_on_bounds_and_with_a_parameter():
    r = symgd.maximize("x*y*(a - x - y)", params={"a": 6}, bounds=(0, 6))
    assert r.x == pytest.approx([2, 2])
    assert r.fun == pytest.approx(8)
    edge = symgd.maximize("x", bounds=(0, 3))
    assert (edge.status, edge.x.item(), edge.fun) == (symgd.Status.AT_BOUND, 3.0, 3.0)


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        (WAVE, {}, "reached a maximum: x = 1.429, f = 0.8939 (f'' = -1.002)"),
        ("x**2", {}, "f has no highest value"),
        ("x**2", {"x0": 1.0}, "x**2 outweighs all else and rises without end"),
        ("x**2", {"x0": 0.0}, "x = 0 is a minimum"),
        ("-abs(x - 1)", {"x0": 3.0}, "reached a maximum at a kink: x = 1, f = 0"),
        ("exp(-x**2)", {"x0": 30.0}, "no maximum is near; f rises no sooner"),
        ("x - 5", {"x0": 1.0, "lr": 0.1, "epochs": 10}, "still on its way up"),
        ("-x**2*y**2 - z**2 - (x - y)**4", {"starts": 20}, "curvatures from -2 to "),
        ("3 - x**2", {"x0": 1.0, "lr": 2.0, "epochs": 3000}, "f sank from 2 to minus infinity"),
    ],
)
def test_texts_speak_of_maxima(text, options, said):
    r = symgd.maximize(text, **options)
    words = " ".join(f"{r.summary()} {r.explain()} {r.explain(0)}".split())
    assert said in words
    assert "descen" not in words
    assert "escape" in words or "minimum" not in words
    assert r.message in words.replace("The run ", "") or len(r.runs) > 1


@pytest.mark.parametrize("line", GOLDEN.read_text().splitlines())
def test_turning_twice_gives_the_same_sentence(line):
    assert turned(turned(line)) == line


@pytest.mark.parametrize(
    ("below", "above"),
    [
        ("at x = 3, f = 0, after", "at x = 3, f = 0, after"),
        ("f = 1,234.5 at", "f = -1,234.5 at"),
        ("it fell from 11 to -1.3e300; set", "it rose from -11 to 1.3e300; set"),
        ("take an lr below 0.05, or lower lr", "take an lr below 0.05, or lower lr"),
        ("at the lower bound x = 3 its slope is 2", "at the lower bound x = 3 its slope is -2"),
        ("f(x) = 3*x - 1", "f(x) = 3*x - 1"),
    ],
)
def test_what_is_turned_and_what_is_not(below, above):
    assert turned(below) == above


def test_files_copies_and_plain_data_stay_about_maxima(tmp_path):
    r = symgd.maximize(WAVE, starts=20)
    r.save(tmp_path / "r.npz")
    for other in (symgd.load(tmp_path / "r.npz"), pickle.loads(pickle.dumps(r))):
        assert other.summary() == r.summary()
        np.testing.assert_array_equal(other.runs.fun, r.runs.fun)
    data = r.to_dict()
    assert "minima" not in data
    assert data["maxima"][0]["kind"] == "MAXIMUM"
    assert math.isclose(data["fun"], r.fun)


def test_a_report_and_a_picture_speak_of_maxima(tmp_path):
    r = symgd.maximize(WAVE, starts=20)
    r.report(tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text()
    assert "symgd.maximize(" in page
    assert "Gradient ascent on" in page
    title = r.plot().get_title(loc="left") or r.plot().get_title()
    assert "maxima" in title


def test_shares_of_several_maxima_are_told_apart():
    axes = symgd.plots.waterfall(symgd.maximize(WAVE, starts=20))
    assert "end at the highest maximum found, 0.8939" in axes.get_title()
    assert "100 %" not in axes.get_title()


def test_wrong_arguments_are_named():
    with pytest.raises(symgd.ConfigurationError, match="did you mean lr"):
        symgd.maximize("x", learning_rate=1)
    with pytest.raises(symgd.ExpressionError) as caught:
        symgd.maximize("x + foo(x)")
    assert caught.value.column == 5


def test_the_title_of_a_single_run_tells_its_maximum():
    r = symgd.maximize("sin(x)", x0=0.3, history=True)
    assert "to the maximum at x = 1.571" in " ".join(r.plot().get_title().split())


@pytest.mark.parametrize(
    ("below", "above"),
    [
        ("let lr fall by a schedule", "let lr fall by a schedule"),
        ("Cosine(lr=0.1, steps=9, lowest=0.0)", "Cosine(lr=0.1, steps=9, lowest=0.0)"),
        (
            "ended higher than it started: x = 1, f = 2",
            "ended lower than it started: x = 1, f = -2",
        ),
        (
            "in the valley, of curvature 2, up to lr = 1",
            "on the hill, of curvature -2, up to lr = 1",
        ),
        ("and is higher there than 3, which", "and is lower there than -3, which"),
    ],
)
def test_rates_fall_wherever_f_goes_and_hills_are_no_valleys(below, above):
    assert turned(below) == above
    assert turned(above) == below


def test_a_callback_sees_f_itself_and_not_its_negative():
    seen = []

    def above(state):
        seen.append((state.fun, -((state.x.item() - 1) ** 2)))
        return state.fun > -0.5

    r = symgd.maximize("-(x - 1)**2", x0=3.0, lr=1e-7, epochs=10**9, callback=above)
    assert all(told == pytest.approx(its, abs=1e-12) for told, its in seen)
    assert r.status is symgd.Status.STOPPED
    assert -0.5 < r.fun < 0
    further = r.resume(epochs=10**9, callback=lambda state: state.fun > -0.1)
    assert -0.1 < further.fun < 0


def test_the_result_of_a_callback_that_fails_is_about_f():
    def fails(state):
        raise KeyError("mine")

    with pytest.raises(KeyError) as caught:
        symgd.maximize("-(x - 1)**2", x0=3.0, lr=0.1, epochs=10, callback=fails)
    assert caught.value.result.fun == pytest.approx(-((2 * 0.8**10) ** 2))
    reached = caught.value.result
    with pytest.raises(KeyError) as again:
        reached.resume(epochs=10, callback=fails)
    assert again.value.result.fun == pytest.approx(-((2 * 0.8**20) ** 2))


def test_rates_at_a_maximum_are_those_at_the_minimum_of_the_negative():
    below = symgd.minimize("(x - 1)**2 + 5*y**2", x0=[3, 1]).minima[0]
    above = symgd.maximize("-(x - 1)**2 - 5*y**2", x0=[3, 1]).maxima[0]
    assert str(above.rates(symgd.methods.Momentum)) == str(below.rates(symgd.methods.Momentum))
    ridge = symgd.maximize("-5*y**2 + 0*x", variables=["x", "y"], x0=[3, 1]).maxima[0]
    assert ridge.dimension == 1
    assert ridge.rates(symgd.methods.GradientDescent).largest_rate() == pytest.approx(0.2)


def test_names_that_the_texts_would_turn_are_refused():
    for name in ("f", "fall", "lowest"):
        with pytest.raises(symgd.ConfigurationError, match=f"variables: got {name}; takes"):
            symgd.maximize(f"-({name} - 1)**2")
    assert symgd.maximize("f*x - x**2", params={"f": 2.0}).x == pytest.approx([1.0])


def test_a_warning_of_a_rate_calls_no_maximum_a_minimum():
    with pytest.warns(symgd.RateWarning) as told:
        symgd.maximize("-x**2", x0=3, lr=1.5, epochs=5)
    assert "minimum" not in str(told[0].message)


def test_minima_and_maxima_are_not_joined():
    above = symgd.maximize("-x**2", x0=3.0)
    for below in (symgd.minimize("-x**2", bounds=(0, 1)), symgd.minimize("-(-x**2)", x0=1.0)):
        with pytest.raises(symgd.ConfigurationError, match=r"symgd\.maximize"):
            above.join(below)
        with pytest.raises(symgd.ConfigurationError, match="minima and maxima"):
            below.join(above)
