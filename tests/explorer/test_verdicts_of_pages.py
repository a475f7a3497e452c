"""The explorer's runs and verdicts are those of symgd, in the same words."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from explored import asset, computed, needs_javascript

import symgd
from symgd import Problem, Status
from symgd.explorer.javascript import functions
from symgd.explorer.page import known
from symgd.explorer.settings import read_settings

EPOCHS = 100
WIDTH = 20.0  # of the region that symgd searches where none is given
RUNS = ("numbers.js", "runs.js", "verdicts.js", "words.js")

# Ten formulas, with the range of starts and of rates.
FORMULAS = {
    "cos(2*pi*x) + x**2": ((-2, 2), (1e-3, 1)),
    "x**4 - 3*x**2 + x": ((-2, 2), (1e-3, 1)),
    "sin(x)*exp(-x**2/20)": ((-6, 6), (1e-2, 10)),
    "x**2 - log(x)": ((0.1, 4), (1e-3, 1)),
    "x**3 - x": ((-2, 2), (1e-3, 1)),
    "exp(x) - 2*x": ((-3, 3), (1e-3, 2)),
    "1/(1 + x**2) + x/10": ((-3, 3), (1e-2, 10)),
    "(1 - x)**2 + 100*(y - x**2)**2": ((-2, 2), (1e-5, 1e-2)),
    "(x**2 + y - 11)**2 + (x + y**2 - 7)**2": ((-5, 5), (1e-4, 1e-1)),
    "x**2 - y**2 + y**4/4": ((-2, 2), (1e-2, 1)),
}


def told(text, runs, method="gd", epochs=EPOCHS, **params):
    """Give status and sentence of runs, each a start and a rate, as a page has them."""
    problem = Problem(text, params=params or None)
    settings = read_settings(problem, None, None, None, epochs, method)
    values = [*map(float, params.values())]
    setup = {"method": method, "epochs": epochs, "width": WIDTH, "p": values}
    script = f"const FORMULA = {json.dumps(known(problem, settings))};\n{functions(problem)}\n"
    about = f"judge(run({{x0, lr, ...{json.dumps(setup)}}}))"
    pairs = [[np.atleast_1d(x0).tolist(), float(lr)] for x0, lr in runs]
    script += "\n".join(map(asset, RUNS))
    script += f"\nconst about = ([x0, lr]) => {about};"
    return computed(script, f"{json.dumps(pairs)}.map(about).map((a) => [a.status, sentence(a)])")


def statuses(text, starts, rates, **more):
    """Give the names of what symgd finds, ``(starts, rates)``."""
    codes = symgd.sweep(text, x0=starts, lr=rates, epochs=EPOCHS, **more).status
    return [[Status(code).name for code in row] for row in codes]


@needs_javascript
@pytest.mark.parametrize("text", FORMULAS)
def test_statuses_of_100_runs_are_those_of_symgd_unless_chance_decides(text):
    box, (low, high) = FORMULAS[text]
    rng = np.random.default_rng(3)
    starts = rng.uniform(*box, (10, len(Problem(text).names)))
    rates = np.exp(rng.uniform(np.log(low), np.log(high), 10))
    ours = statuses(text, starts, rates)
    beside = statuses(text, starts * (1 + 1e-12), rates)  # else a run is chaotic
    page = told(text, [(x0, lr) for x0 in starts for lr in rates])
    got = np.array([status for status, _ in page]).reshape(10, 10)
    sure = np.array(ours) == np.array(beside)
    assert sure.mean() >= 0.95
    assert got[sure].tolist() == np.array(ours)[sure].tolist()
    assert len(set(got.ravel().tolist())) >= 2


@needs_javascript
@pytest.mark.parametrize("method", ["momentum", "nesterov", "adam"])
def test_statuses_of_other_methods_are_those_of_symgd(method):
    starts = np.array([[0.0], [0.3], [0.7], [1.2], [-1.8]])
    rates = np.array([0.001, 0.003, 0.01, 0.02])
    ours = statuses("cos(2*pi*x) + x**2", starts, rates, method=method)
    page = told("cos(2*pi*x) + x**2", [(x0, lr) for x0 in starts for lr in rates], method)
    assert [status for status, _ in page] == np.ravel(ours).tolist()


@needs_javascript
@pytest.mark.parametrize(
    ("text", "x0", "lr", "epochs"),
    [
        ("cos(2*pi*x) + x**2", 0, 0.01, 100),
        ("cos(2*pi*x) + x**2", 0.3, 0.01, 100),
        ("cos(2*pi*x) + x**2", 0.3, 0.06, 100),
        ("(x - 1)**2 + 3", 1, 0.1, 5),
        ("x**2 + 3*y**2", [2, 1], 0.1, 300),
    ],
)
def test_sentences_are_those_of_symgd(text, x0, lr, epochs):
    result = symgd.minimize(text, x0=x0, lr=lr, epochs=epochs)
    ((status, sentence),) = told(text, [(x0, lr)], epochs=epochs)
    assert status == result.status.name
    wanted = f"The run {result.message}."
    assert sentence == wanted.replace(", which reaches x = -0.4758 and x = 0.4758", "")


@needs_javascript
@pytest.mark.parametrize(
    ("text", "x0", "lr"),
    [
        ("cos(2*pi*x) + x**2", 0.3, 0.05),  # a cycle beyond 2/f''
        ("(x - 1)**2", 0.0, 0.01),  # slow
        ("(x - 1)**2", 0.0, 1.5),  # away
        ("x**2 - log(x)", 0.2, 0.5),  # out of the domain
        ("x**3", -1, 0.9),  # falls without end
        ("x**2", 1.0, 1e-20),  # no step changes x
        ("x**2 - y**2", [1.0, 0.0], 0.4),  # onto a saddle
    ],
)
def test_sentences_begin_as_those_of_symgd(text, x0, lr):
    result = symgd.minimize(text, x0=x0, lr=lr, epochs=EPOCHS)
    ((status, sentence),) = told(text, [(x0, lr)])
    assert status == result.status.name
    first = f"The run {result.message}".split(";")[0].split(": f fell")[0]
    assert sentence.startswith(first.rstrip("."))


@needs_javascript
@pytest.mark.parametrize("method", ["gd", "momentum", "nesterov", "adam"])
def test_ends_of_runs_are_those_of_symgd_to_12_digits(method):
    text, starts, rates = (
        "(x**2 + y - 11)**2 + (x + y**2 - 7)**2",
        [[1.0, -2.0], [3.0, 1.0]],
        [1e-3, 4e-3],
    )
    ours = symgd.sweep(text, x0=starts, lr=rates, epochs=50, method=method).x
    setup = {"method": method, "epochs": 50, "p": []}
    script = f"const FORMULA = {{}};\n{functions(Problem(text))}\n" + "\n".join(map(asset, RUNS))
    pairs = json.dumps([[x0, lr] for x0 in starts for lr in rates])
    ends = computed(script, f"{pairs}.map(([x0, lr]) => run({{x0, lr, ...{json.dumps(setup)}}}).x)")
    np.testing.assert_allclose(np.reshape(ends, ours.shape), ours, rtol=1e-12)


@needs_javascript
def test_a_run_away_is_told_what_its_valley_takes():
    result = symgd.minimize("x**2", x0=1, lr=1.1, epochs=50)
    ((_, sentence),) = told("x**2", [(1.0, 1.1)], epochs=50)
    assert sentence == f"The run {result.message.removesuffix(' to at most 0.95')}."


@needs_javascript
def test_the_largest_safe_rate_is_2_over_the_curvature():
    # f'' of cos(2 pi x) + x**2 at its lowest points is 41.02, by hand.
    runs = told("cos(2*pi*x) + x**2", [(0.3, 0.0487), (0.3, 0.0489)], epochs=10_000)
    assert [status for status, _ in runs] == ["CONVERGED", "OSCILLATING"]
    assert "a step is safe up to lr = 2/41.02 = 0.04875" in runs[1][1]


@needs_javascript
@pytest.mark.parametrize(
    ("text", "x0"),
    [
        ("abs(x) + x**2", 0.5),
        ("x**4", 0.0),
        ("x**3", 1e-170),  # the gradient underflows
        ("sqrt(x) + x**2", 1.0),
        ("where(x < 5, 1, x)", 0.0),
        ("(x + y)**2", [1.0, 1.0]),  # a valley of minima
        ("x**2 + y**4", [1.0, 0.0]),
        ("tanh(x)**2", 30.0),
    ],
)
def test_what_a_page_cannot_decide_gets_no_verdict(text, x0):
    ((status, sentence),) = told(text, [(x0, 0.1)])
    assert status is None
    assert sentence.endswith("this page cannot tell what that point is; symgd.minimize can.")


@needs_javascript
def test_a_run_on_a_long_way_to_a_far_minimum_has_not_run_away():
    # Each step leaves 0.98 of the way to x = 10,000: after 100 it is at 8,674, 434 widths away.
    ((status, _),) = told("(x/10000 - 1)**2", [(0.0, 1e6)])
    assert status == "SLOW"
    result = symgd.minimize("(x/10000 - 1)**2", x0=0, lr=1e6, epochs=EPOCHS)
    assert result.status.name == status
    assert round(result.x[0]) == round(1e4 * (1 - 0.98**100))


@needs_javascript
@pytest.mark.parametrize("method", ["gd", "momentum"])
def test_a_run_that_stopped_at_a_small_gradient_reads_the_same_where_it_is_opened(method):
    r = symgd.minimize("cos(2*pi*x) + x**2", x0=0.3, lr=0.01, method=method)
    epochs = json.loads(re.search('"epochs": ([0-9]+)', r.explore().html)[1])
    ((status, sentence),) = told("cos(2*pi*x) + x**2", [(0.3, 0.01)], method, epochs)
    assert (status, sentence) == (r.status.name, f"The run {r.message}.")


SINK = """
(() => {
  const n = AHEAD + 1, path = Array.from({ length: n }, () => [0]), lengths = Array(AHEAD).fill(1);
  const wave = (k) => (k % 2 ? 1 : 0), sink = (heights, ...more) => sinking(path, heights, ...more);
  const flat = Array.from({ length: n }, (_, k) => wave(k));
  const lowered = (by) => flat.map((f, k) => f / 2 - (k < n / 2 ? 0 : by));
  const gone = (share) => {
    const moved = path.map((x, k) => [share * k]);
    const even = Array.from({ length: n }, (_, k) => [0, 1, 1, 0][k % 4]);
    return sinking(moved, even, lengths, 1, 1);
  };
  return {
    shorter: [0.45, 0.55].map((late) => sink(flat, lengths, 1, late)),
    straight: [0.55, 0.45].map(gone),
    lower: [0.6, 0.4].map((by) => sink(lowered(by), lengths, 1, 1)),
  };
})()
"""


@needs_javascript
def test_half_decides_whether_a_run_that_goes_up_and_down_sinks():
    # Its steps become half as long, it goes straight for half of its way, or its mean falls by
    # half of its range, which is 0.5 + by for lowered waves: 0.6 is 0.55 of it, and 0.4 is 0.44.
    script = "const FORMULA = {};\n" + "\n".join(map(asset, RUNS))
    found = computed(script, SINK)
    assert found == {name: [True, False] for name in ("shorter", "straight", "lower")}


@needs_javascript
def test_a_parameter_moves_the_minimum():
    ((status, sentence),) = told("(x - a)**2", [(0.0, 0.4)], a=2.5)
    assert status == "CONVERGED"
    assert "x = 2.5, f = 0 (f'' = 2)" in sentence or "x = 2.5, f = " in sentence


@needs_javascript
def test_numbers_read_as_in_symgd():
    from symgd.views.numbers import number

    rng = np.random.default_rng(0)
    values = [
        0.0,
        -0.0,
        1e5,
        999999.0,
        1e6,
        123456.5,
        0.00012345678,
        9999.96,
        2.5e-5,
        1e300,
        -37.478,
    ]
    values += (rng.normal(size=200) * 10.0 ** rng.integers(-12, 12, 200)).tolist()
    script = "const FORMULA = {};\n" + "\n".join(map(asset, RUNS))
    assert computed(script, f"{json.dumps(values)}.map(number)") == [*map(number, values)]
