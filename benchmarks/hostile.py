"""What a stranger's formula can cost: ``python -m benchmarks.hostile`` prints a table.

Families of formulas of up to 8,192 characters that are as bad as we could think of, each in a
process of its own: processor time of `Problem`, the Hessian, `minimize` with its 256 starts,
`curvature`, `summary` and `report`. A refusal counts as an answer. The goal is at most ten seconds
for each; ``python -m benchmarks.hostile NAME ...`` runs some of the families, whose names begin so.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import numpy as np

import symgd

LONGEST = 8192  # characters
GOAL = 10.0  # seconds of processor time
_GIVEN_UP = 120  # seconds of processor time: a process is ended after these
_CALLS = ("Problem", "hessian", "minimize", "curvature", "summary", "report")


def filled(term: Callable[[int], str], between: str, ends: tuple[str, str] = ("", "")) -> str:
    """Give as many terms as there is room for."""
    terms: list[str] = []
    room = LONGEST - len(ends[0]) - len(ends[1])
    for i in count():
        room -= len(term(i)) + (len(between) if i else 0)
        if room < 0:
            return between.join(terms).join(ends)
        terms.append(term(i))
    raise AssertionError


def some(term: Callable[[int], str], between: str, number: int) -> str:
    """Give a number of terms."""
    return between.join(map(term, range(number)))


def nested(around: Callable[[str, int], str], times: int, inner: str = "x") -> str:
    """Put something around something, as often as asked or as there is room for."""
    for i in range(times):
        larger = around(inner, i)
        if len(larger) > LONGEST:
            break
        inner = larger
    return inner


def _pairs(term: str, n: int) -> Iterator[str]:
    return (term.format(i=i, j=j) for i in range(n) for j in range(i))


_DISTANCE = "((a{i}-a{j})**2+(b{i}-b{j})**2+1/9)"

FAMILIES: dict[str, str] = {
    "cos product 1": filled(lambda i: f"cos({i + 1}*x)", "*"),
    "cos product 10": filled(lambda i: f"cos({i + 1}*x{i % 10})", "*"),
    "cos product 10, 60": some(lambda i: f"cos({i + 1}*x{i % 10})", "*", 60),
    "cos product 100": filled(lambda i: f"cos({i + 1}*x{i % 100})", "*"),
    "gauss": filled(lambda i: f"exp(-(x-{i % 37})**2-(y+{i % 11})**2)", "-", ("-", "")),
    "gauss 64": some(lambda i: f"exp(-(x-{i % 37}.5)**2)", "-", 64),
    "gauss 5": filled(lambda i: f"exp(-(a-{i % 7})**2-(b-{i % 5})**2-(c-{i % 3})**2-d**2)", "-"),
    "nested sin": nested(lambda s, i: f"sin({i}.5*x + {s})", 60),
    "nested sin 3": nested(lambda s, i: f"sin({'xyz'[i % 3]}*{s})", 59),
    "nested products": nested(lambda s, i: f"({s}+{i})*({'xy'[i % 2]}+{i})", 59),
    "nested exp": nested(lambda s, i: f"exp(-{s})", 29),
    "nested bells": nested(lambda s, i: f"exp(-({s})**2)", 19),
    "nested bells 2": nested(lambda s, i: f"exp(-({s}-{'xy'[i % 2]})**2)", 19),
    "nested div": nested(lambda s, i: f"1/({s}+{i % 7 + 1})", 60),
    "nested sqrt": nested(lambda s, i: f"sqrt({s}+x**2+1)", 58),
    "nested abs": nested(lambda s, i: f"abs({s}-{i % 5})", 60),
    "nested abs 6": nested(lambda s, i: f"abs({s}-{i % 5}*x{i % 6})", 60),
    "nested max": nested(lambda s, i: f"max({s},{'xyz'[i % 3]}-{i})", 60),
    "nested max squares": nested(lambda s, i: f"max({s},(x{i % 6}-{i})**2)", 57),
    "nested where": nested(lambda s, i: f"where(x<{i},{s},y+{i})", 60),
    "nested where squares": nested(lambda s, i: f"where(x<{i}/30,({s})**2/9,y**2+x)", 29),
    "nested hypot": nested(lambda s, i: f"hypot({s},{'xy'[i % 2]}-{i})", 59),
    "nested erf": nested(lambda s, i: f"erf({s}+{'xy'[i % 2]})", 59),
    "nested tanh": nested(lambda s, i: f"tanh({s}-{'xyz'[i % 3]})", 59),
    "tower": nested(lambda s, i: f"(x**2+1)**({s})", 59),
    "sum where": filled(lambda i: f"where(x<{i},x**2,y**2)", "+"),
    "sum abs": filled(lambda i: f"abs(x-{i}*y)", "+"),
    "sum abs 60": some(lambda i: f"abs(x-{i}*y+z)", "+", 60),
    "sum abs 60 vars": some(lambda i: f"abs(x{i}-x{(i + 1) % 60}-{i})", "+", 60),
    "sum abs 20 vars": some(lambda i: f"abs(x{i}*x{(i + 1) % 20}-{i})", "+", 20),
    "sum abs 60 vars curved": some(lambda i: f"abs(x{i}*x{(i + 1) % 60}-{i})", "+", 60),
    "sum abs curved": some(lambda i: f"abs(x**2-{i}*y)", "+", 60),
    "sum abs and square": some(lambda i: f"abs(x{i % 8}-{i})", "+", 60) + "+x0**2*x1**2",
    "max planes": "max(" + some(lambda i: f"x{i % 7}*{i}-{i * i}", ",", 60) + ")",
    "max planes 2": "max(" + some(lambda i: f"{i}*x-{60 - i}*y", ",", 60) + ")",
    "max squares": "max(" + some(lambda i: f"(x{i % 7}-{i})**2", ",", 60) + ")",
    "max many": filled(lambda i: f"x{i % 7}*{i}", ",", ("max(", ")")),
    "max less max": some(lambda i: f"max(x{i},y)-min(x{i},z*y)", "+", 20),
    "sum sqrt": filled(lambda i: f"sqrt(x**2+{i + 1}*y)", "+"),
    "sum cusps": some(lambda i: f"sqrt(abs(x-{i}*y))", "+", 60),
    "sum cones": some(lambda i: f"sqrt((x-{i})**2+(y-{i % 7})**2)", "+", 60),
    "sum cubic roots": some(lambda i: f"cbrt((x{i % 5}-{i})**2)", "+", 60),
    "sum log": filled(lambda i: f"log(x+{i + 1})", "+"),
    "sum quotients": filled(lambda i: f"x/(y+{i + 1})", "+"),
    "product quotients": filled(lambda i: f"(x+{i})/(y+{i + 1})", "*"),
    "squares many": filled(lambda i: f"(x{i}-{i})**2", "+"),
    "squares 200": some(lambda i: f"(x{i}-x{i + 1})**2", "+", 100),
    "pairs many": filled(lambda i: f"(x{i}-x{i + 1}**2)**2", "+"),
    "pairs 60": some(lambda i: f"x{2 * i}*x{2 * i + 1}", "+", 30),
    "triples 60": some(lambda i: f"(x{3 * i}*x{3 * i + 1}*x{3 * i + 2}-1)**2", "+", 20),
    "chain": some(lambda i: f"(x{i}+x{i + 1}+x{(i + 7) % 57})**2", "+", 50),
    "sines of pairs": "+".join(_pairs("sin(x{i}*x{j})", 22)),
    "exponentials of pairs": "+".join(_pairs("exp(x{i}*x{j})", 22)),
    "squares of all pairs": "+".join(_pairs("(x{i}-x{j})**2", 27)),
    "all pairs 40": filled(lambda i: f"x{i % 40}*x{(7 * i + i // 40) % 40}", "+"),
    "square of sum": filled(lambda i: f"x{i % 60}*{i}", "+", ("(", ")**2")),
    "big power": filled(lambda i: f"x**{i}", "+", ("(", ")**9")),
    "polynomial": filled(lambda i: f"{i + 1}*x**{i}*y**{i % 13}", "+"),
    "polynomial product": filled(lambda i: f"(x-{i})", "*"),
    "polynomial product 3": filled(lambda i: f"(x-{i}*y+z)", "*"),
    "powers": filled(lambda i: f"(x**2+{i})**(y/{i + 1})", "+"),
    "tan": filled(lambda i: f"tan(x*{i + 1})", "+"),
    "tan product": filled(lambda i: f"tan(x{i % 5}*{i + 1})", "*"),
    "atan2": filled(lambda i: f"atan2(x+{i},y)", "+"),
    "cluster": "+".join(_pairs(f"1/{_DISTANCE}**6-2/{_DISTANCE}**3", 9)),
    "sine of sum": filled(lambda i: f"x{i % 9}**{i % 5 + 1}", "+", ("sin(", ")")),
    "exponential of product": filled(lambda i: f"(x{i % 6}-{i})**2", "*", ("exp(-(", "))")),
    "mixed": filled(lambda i: f"sin(x*{i})*exp(-y**2/{i + 1})/(1+(x-{i})**2)", "+"),
    "roots product": filled(lambda i: f"exp(-sqrt(x{i % 4}**2+{i + 1}))", "*"),
    "cos of products": filled(lambda i: f"cos(x*y*{i}.25)", "+"),
    "log product": filled(lambda i: f"log(x**2+{i + 1})", "*"),
    "sums of products": filled(lambda i: f"x{i % 8}*x{(i + 3) % 8}*sin(x{(i + 5) % 8})", "+"),
    "squares 2": filled(lambda i: f"(x-{i})**2*(y+{i})**2", "+"),
    "sqrt product": filled(lambda i: f"sqrt(x{i % 3}**2+{i + 1})", "*"),
    "erf": filled(lambda i: f"erf(x-{i})*erf(y+{i})", "+"),
    "erf 60": some(lambda i: f"erf(x-{i}*y)", "+", 60),
    "erfc 60": some(lambda i: f"erfc(x{i % 6}-{i})", "+", 60),
    "erfc product": some(lambda i: f"erfc(x{i % 3}+{i})", "*", 40),
    "fourth powers 60": some(lambda i: f"x{i}**4", "+", 60),
    "fourth powers 8": some(lambda i: f"(x{i % 8}-{i % 3}*y)**4", "+", 60),
    "fourth powers of sums": some(lambda i: f"(x{i}+x{i + 1})**4", "+", 9),
    "high powers": some(lambda i: f"x{i}**{2 * i + 4}", "+", 12),
    "square product 30": some(lambda i: f"x{i}**2", "*", 30),
    "square product 8": some(lambda i: f"(x{i}-1)**2", "*", 8),
    "square product 3": some(lambda i: f"(x-{i}*y-z)**2", "*", 30),
    "product is one 20": "(" + some(lambda i: f"x{i}", "*", 20) + "-1)**2",
    "product is one 7": "(" + some(lambda i: f"x{i}", "*", 7) + "-1)**2",
    "sphere": "(" + some(lambda i: f"x{i}**2", "+", 12) + "-1)**2",
    "sphere quartic": "(" + some(lambda i: f"x{i}**2", "+", 6) + "-1)**4",
    "decays 60": some(lambda i: f"exp(-x{i})", "+", 60),
    "decays 8": some(lambda i: f"exp(-{i + 1}*x{i % 8})", "+", 60),
    "decays 2": filled(lambda i: f"exp(-{i + 1}*x-y)", "+"),
    "decays and squares": some(lambda i: f"exp(-x{i})+(x{i}-y)**2", "+", 10),
    "rational decays": some(lambda i: f"1/(1+x{i % 6}**2+{i})", "+", 60),
    "flat exponentials": some(lambda i: f"exp(-1/(x{i % 4}**2+{i + 1}/100))", "+", 40),
    "logistic": some(lambda i: f"log(1+exp({i % 7}*x-{i % 5}*y+z))", "+", 60),
    "many minima": "+".join(f"sin({i + 3}*x{i})**2" for i in range(8)),
    "lattice of lines": "+".join(f"sin({i + 3}*(x-{i}*y))**2" for i in range(1)),
    "lattice of lines 3": "sin(9*(x-y))**2+sin(7*(y+z))**2",
    "waves of products": "sin(3*x*y)**2*cos(x-z)**2",
    "degenerate saddles": some(lambda i: f"x{i}**3", "*", 6),
    "monkey": some(lambda i: f"(x{i % 5}**3-3*x{i % 5}*x{(i + 1) % 5}**2)", "+", 10),
    "cubics": some(lambda i: f"(x{i}+x{(i + 1) % 10})**3", "+", 10),
    "where and abs": some(lambda i: f"where(x{i % 5}<{i},abs(x{i % 5}-{i}),y**2)", "+", 40),
    "floors": some(lambda i: f"max(0,x{i % 4}-{i})**2", "+", 60),
    "floors 60": some(lambda i: f"max(0,x{i}-x{(i + 1) % 60})**2", "+", 60),
}
"""Formulas by name."""


def calls(expr: str, folder: Path) -> Iterator[tuple[str, Callable[[], object]]]:
    """Give what is called, one after the other; each needs what the ones before have given."""
    kept: list[symgd.Result | symgd.Problem] = []
    yield "Problem", lambda: kept.append(symgd.Problem(expr))
    (problem,) = kept
    assert isinstance(problem, symgd.Problem)
    yield "hessian", lambda: problem.hessian
    yield "minimize", lambda: kept.append(symgd.minimize(problem))
    yield "curvature", lambda: problem.curvature((-1, 1))
    if len(kept) > 1:
        result = kept[1]
        assert isinstance(result, symgd.Result)
        yield "summary", result.summary
        yield "report", lambda: result.report(folder / "report.html")


def measured(expr: str) -> dict[str, float | str]:
    """Give the processor time of each call, and the last refusal, in this process."""
    found: dict[str, float | str] = {}
    with tempfile.TemporaryDirectory() as folder, np.errstate(all="ignore"):
        steps = calls(expr, Path(folder))
        for name, call in steps:
            started = time.process_time()
            try:
                call()
            except symgd.SymgdError as refused:
                found["refused"] = str(refused).partition(";")[0]
            found[name] = time.process_time() - started
            if name == "Problem" and "refused" in found:
                break
    return found


def _in_a_process(name: str) -> dict[str, float | str]:
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "SYMGD_CACHE_DIR": folder}
        command = [sys.executable, "-m", "benchmarks.hostile", "--one", name]
        try:
            told = subprocess.run(
                command, env=environment, capture_output=True, timeout=_GIVEN_UP, check=True
            )
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as failed:
            return {"refused": f"FAILED: {type(failed).__name__}"}
    found: dict[str, float | str] = json.loads(told.stdout)
    return found


def main(arguments: list[str]) -> None:
    """Print a row for each family."""
    warnings.simplefilter("ignore")
    if arguments[:1] == ["--one"]:
        print(json.dumps(measured(FAMILIES[arguments[1]])))
        return
    chosen = [n for n in FAMILIES if not arguments or n.startswith(tuple(arguments))]
    print("| formula | characters |", " | ".join(_CALLS), "| |")
    print("|---|---:|", "|".join("---:" for _ in _CALLS), "|---|", sep="")
    for name in chosen:
        found = _in_a_process(name)
        times = [found.get(call, "") for call in _CALLS]
        cells = [f"{t:.2f}" if isinstance(t, float) else t for t in times]
        slow = any(isinstance(t, float) and t > GOAL for t in times)
        remark = ("**over** " if slow else "") + str(found.get("refused", ""))
        print(f"| {name} | {len(FAMILIES[name])} |", " | ".join(cells), f"| {remark} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
