"""From f and its derivatives to a kernel: source that evaluates them, and the rows of its state.

The lambdified f and gradient run on the lanes' numbers. Everything else of a kernel stands in
`frames` and `loops`, and what a lane does in a step in `methods`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ...expression.functions import kernel_names
from ...expression.guards import Guards
from ...expression.printing import SourcePrinter, share
from ...memos import memo
from ...methods.base import Fixed, Method
from ...problem import Symbolic
from .frames import returns
from .layout import Layout, Shape


@dataclass(frozen=True)
class Kernel:
    """A loop over lanes before it is compiled.

    Attributes
    ----------
    source : str
        A module that defines ``evaluate``.
    method : Method
        What a lane does in a step; its settings do not matter.
    shape : Shape
        What the formula asks.
    layout : Layout
        How the state lies that it works on.
    """

    source: str
    method: Method
    shape: Shape
    layout: Layout

    @cached_property
    def text(self) -> str | None:
        """All that decides its code besides this package; None if the method does not tell."""
        method, step = type(self.method), self.method.text
        if step is None:
            return None
        about = f"# {method.__name__} with {self.shape} and {self.layout}"
        return f"{self.source}\n\n{about}\n{step}"


_MODULE = """\
\"\"\"{title}\"\"\"

from symgd.engine.kernel.frames import Values
from symgd.engine.numbers import vmath
from symgd.engine.numbers.lane import elementary

{functions}


def evaluate({arguments}):
{body}
"""


def kernel(symbolic: Symbolic, method: Method, bounded: bool) -> Kernel:
    """Make the kernel of a method on a formula.

    Parameters
    ----------
    symbolic : Symbolic
        f and its derivatives.
    method : Method
        Whose step is compiled into the loop; its settings are rows of the state.
    bounded : bool
        Whether every step is clipped to bounds.

    Returns
    -------
    Kernel
    """
    return _kernel(symbolic, _Step(method.kind, method.text, method), bounded)


@dataclass(frozen=True)
class _Step:
    """A method as far as it decides a kernel."""

    kind: Any
    text: str | None
    method: Method = field(compare=False)


@memo
def _kernel(symbolic: Symbolic, step: _Step, bounded: bool) -> Kernel:
    counts = len(symbolic.variables), len(symbolic.params)
    shape = Shape(*counts, partial=bool(symbolic.domain), bounded=bounded)
    layout = _layout(step.method, shape)
    return Kernel(_module(symbolic, step.method.asks), step.method, shape, layout)


def _module(symbolic: Symbolic, asks: frozenset[str]) -> str:
    n, params = len(symbolic.variables), len(symbolic.params)
    names = [f"v{i}" for i in range(n)] + [f"p{i}" for i in range(params)]
    body = _body(symbolic, asks)
    used = sorted(kernel_names() & set(re.findall(r"\b([a-z_0-9]+)\(", body)))
    return _MODULE.format(
        title=f"{', '.join(sorted(asks))} in {n} variable{'s' * (n > 1)}.",
        functions="\n".join(f"{name} = elementary(vmath.{name})" for name in used),
        arguments=", ".join(names),
        body=body,
    )


def _body(symbolic: Symbolic, asks: frozenset[str]) -> str:
    """Source of what is asked, and of where it is defined."""
    guards = symbolic.guards if "guards" in asks else Guards(None, None)
    parts = {
        "value": [symbolic.expr] if "value" in asks else [],
        "gradient": list(symbolic.gradient),
        "hessian": symbolic.triangle if "hessian" in asks else [],
        "defined": [c.holds for c in symbolic.domain],
        "guards": guards.there,
        "bend": [symbolic.bend] if "bend" in asks else [],
    }
    assignments, outputs = share(symbolic.renamed([e for part in parts.values() for e in part]))
    show = SourcePrinter().doprint
    lines = [f"{name} = {show(expr)}" for name, expr in assignments]
    shown = iter([show(expr) for expr in outputs])
    value, gradient, hessian, holds, watched, bend = (
        [next(shown) for _ in part] for part in parts.values()
    )
    results = {
        "value": (*value, None)[0],
        "gradient": f"[{', '.join(gradient)}]",
        "hessian": f"[{', '.join(hessian)}]" if hessian else None,
        "defined": " * ".join(holds) or None,
        **guards.named(watched),
        "bend": (*bend, None)[0],
    }
    given = [f"{name}={result}" for name, result in results.items() if result is not None]
    lines.append(f"return Values({', '.join(given)})")
    return "\n".join(f"    {line}" for line in lines)


def _layout(method: Method, shape: Shape) -> Layout:
    """Order the rows: what a method remembers behind x, and last what is only read."""
    n = shape.variables
    memory = method.rows(n)
    rows = {"x": n, **memory}
    if isinstance(method, Fixed):
        rows |= {f"old {name}": count for name, count in (("x", n), *memory.items())}
        remembers = any(memory.values())
        rows |= {"g": 0 if remembers else n, "defined": int(returns(shape, method))}
        rows |= {"steepest": int(remembers)}
    rows |= {"nit": 1, "nfev": 1, "code": 1}
    sides = n if shape.bounded else 0
    rows |= {"param": shape.params, "lower": sides, "upper": sides, "limit": 1, "tol": 1}
    return Layout(tuple({**rows, **method.constants(n)}.items()), method.kept(n))
