"""What the explorer's scripts compute, asked in Node or else in Chromium."""

from __future__ import annotations

import json
from importlib.resources import files

import numpy as np
import pytest
from browser import CHROMIUM, NODE, chromium, in_node

from symgd.explorer.javascript import functions

needs_javascript = pytest.mark.skipif(not (NODE or CHROMIUM), reason="no JavaScript here")
needs_chromium = pytest.mark.skipif(not CHROMIUM, reason="no Chromium here")
_PLAIN = "(_, v) => (Number.isFinite(v) || typeof v !== 'number' ? v : String(v))"


def asset(name):
    """Give a script of the explorer."""
    return files("symgd.explorer").joinpath(name).read_text()


def computed(script, expression):
    """Give what an expression is after a script."""
    data = f"JSON.stringify({expression}, {_PLAIN})"
    if NODE:
        return in_node(f"{script}\nconsole.log({data});")
    with chromium() as browser:
        browser.blank()
        return json.loads(browser.value(f"(() => {{ {script}\nreturn {data}; }})()"))


def evaluated(problems, points):
    """Give f, gradient and lower Hessian of problems at points, a row a point, one array each."""
    parts = []
    for problem, x in zip(problems, points, strict=True):
        params = json.dumps([float(v) for v in problem.param_values])
        asked = "[values(x, P), gradient(x, P), hessian(x, P)].flat()"
        rows = f"const P = {params}; return {json.dumps(x.tolist())}.map((x) => {asked});"
        parts.append(f"(() => {{ {functions(problem)}\n{rows} }})()")
    rows = computed(asset("numbers.js"), f"[{','.join(parts)}]")
    return [np.array([[float(v) for v in row] for row in table]) for table in rows]


def expected(problem, x):
    """Give the same from NumPy."""
    n = len(problem.names)
    with np.errstate(all="ignore"):
        hessians = problem.hessians(x)
        triangle = [hessians[:, i, j] for i in range(n) for j in range(i + 1)]
        return np.column_stack([problem.values(x), problem.gradients(x), *triangle])
