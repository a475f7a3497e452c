"""What a dozen results say, word for word; `python tests/views/test_golden.py` writes them anew."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import symgd

FOLDER = Path(__file__).parents[1] / "golden" / "results"
COSINE = "cos(2*pi*x) + x**2"
CALLS = {
    "minimum": (COSINE, {"x0": 0.3}),
    "trap": (COSINE, {"x0": 0, "lr": 0.01, "epochs": 100}),
    "escape": (COSINE, {"x0": 0, "lr": 0.01, "epochs": 100, "escape": True}),
    "beside the trap": (COSINE, {"x0": 1e-9, "lr": 0.01, "epochs": 10}),
    "slow": ("x**2", {"x0": 5, "lr": 0.001, "epochs": 100}),
    "cycle": (COSINE, {"x0": 0.3, "lr": 0.05, "epochs": 500}),
    "too large": ("x**2", {"x0": 1, "lr": 1.1, "epochs": 50}),
    "unbounded": ("x**3 - 6*x**2 + 11*x - 6", {"x0": [1.0, 3.0], "lr": 0.1, "epochs": 200}),
    "edge": ("log(x - 1)", {"x0": 3}),
    "outside": ("log(x) + x", {"x0": [-1.0, 2.0]}),
    "plateau": ("1 - exp(-(x - 30)**2)", {"x0": 0}),
    "bound": ("(x - 1)**2 + y", {"x0": [3, 3], "bounds": [(None, None), (0, 5)]}),
    "kink": ("abs(x) + y**2", {"x0": [0.5, 2.0]}),
    "weak": ("(x - 1)**4", {"x0": 3}),
    "saddle": ("x**2 - y**2 + y**4", {"x0": [1, 0], "lr": 0.1, "epochs": 500}),
}


EXTREME = re.compile(r"-?\d(\.\d+)?e-?(1[2-9]|[2-9]\d|\d{3})\b")
COURSE = re.compile(
    r"from \S+ to \S+ within \d+ steps|after \d+ steps|steps +\d+ with|f = -\d+\.?\d*\b"
)


def lasting(text):
    """Leave out what the last bits of a processor decide: rests of rounding, ways to an edge."""
    return re.sub(r"\s+", " ", COURSE.sub("...", EXTREME.sub("...", " ".join(text.split()))))


def words(name):
    """Give the summary, the explanation and the story of the best run."""
    expr, settings = CALLS[name]
    result = symgd.minimize(expr, **settings)
    return "\n\n".join([result.summary(), result.explain(), result.explain(result.best)]) + "\n"


@pytest.mark.parametrize("name", CALLS)
def test_what_a_result_says(name):
    assert lasting(words(name)) == lasting((FOLDER / f"{name}.txt").read_text())


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in CALLS:
        (FOLDER / f"{each}.txt").write_text(words(each))
