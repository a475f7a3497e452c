"""From f, its gradient and a rule to the source of one kernel module.

A kernel advances blocks of lanes. The state of a block is one array ``(n_rows, LANES)``: a row
holds one quantity (a variable, a gradient entry, a counter) of all the lanes of the block. With
everything in one array the compiler can tell that no two rows overlap, and turns the loop over
the lanes into vector code.

In the templates below ``row(name)`` stands for an entry of the current lane, and a line with
``@`` is written once for each variable, ``@`` being its index.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import cached_property
from string import Template

from ..expression.functions import kernel_names
from ..expression.printing import SourcePrinter, share
from ..problem import Symbolic
from .rules import Rule
from .stops import Stop

LANES = 64  # lanes in a block: 8 vectors of AVX-512, 16 of AVX2
TURN = 16  # steps between two looks at a whole block


@dataclass(frozen=True)
class Layout:
    """The rows of a block's state: how many of each name, in order."""

    counts: tuple[tuple[str, int], ...]

    @cached_property
    def rows(self) -> dict[str, slice]:
        """Where the rows of each name lie."""
        rows, start = {}, 0
        for name, count in self.counts:
            rows[name] = slice(start, start + count)
            start += count
        return rows

    @property
    def height(self) -> int:
        """Number of rows."""
        return sum(count for _, count in self.counts)


@dataclass(frozen=True)
class Kernel:
    """Source of a kernel module, and how the state that it works on is laid out.

    `step` is the rule's own function, which the module compiles into its loop; None for the
    automatic step. `leaps` tells whether several fixed steps may be taken between tests.
    """

    source: str
    layout: Layout
    rule: type[Rule] | None
    leaps: bool


_IMPORTS = "from symgd.engine.jit import INF, inline, kernel"
_SELECTING = {"clip", "larger", "projected", "smaller"}

_SLACK = 4 * 2.0**-52  # rounding of f that Armijo's rule allows for, relative to f
_ARMIJO = 1e-4  # share of the predicted fall that a step has to bring
_LEASH = 1e4  # first steps that one step may be as long as, besides ten times |x|
_PATIENCE = 20.0  # accepted steps in a row that gain nothing beyond rounding

_FIXED = """
step = inline(RULE.step)


@kernel
def run(state, epochs, leap, lower, upper):
    $bounds
    for b in range(state.shape[0]):
        left = epochs
        while left > 0:
            turn = min(left, $turn)
            running = 0
            short = 0
            for j in range($lanes):
                live = row(code) == 0.0
                room = row(limit) - row(nit)
                running += 1 if live else 0
                short += 1 if live & (room < turn) else 0
            if running == 0:
                break
            left -= turn
            leaping = leap and short == 0
            while turn > 0:
                m = turn if leaping else 1
                for j in range($lanes):
                    $save
                for e in range(m):
                    for j in range($lanes):
                        v@ = row(x@)
                        $params
                        epoch = row(nit) + e + 1.0
                        $body
                        $gradient
                        $defined
                        $step
                if leaping:
                    ending = 0
                    for j in range($lanes):
                        size = 0.0
                        reach = 0.0
                        size += abs(row(g@))
                        reach += abs(row(x@))
                        going = (size > 0.0) & (size + reach < INF)
                        ending += 0 if going | (row(code) != 0.0) else 1
                    if ending > 0:
                        for j in range($lanes):
                            $restore
                        leaping = False
                        continue
                for j in range($lanes):
                    code = row(code)
                    nit = row(nit)
                    nfev = row(nfev)
                    limit = row(limit)
                    tol = row(tol)
                    x@ = row(x@)
                    old@ = row(oldx@)
                    g@ = row(g@)
                    size = 0.0
                    reach = 0.0
                    $size
                    reach += abs(g@) + abs(x@)
                    live = code == 0.0
                    finite = (reach < INF)$and_defined
                    arrived = size <= tol
                    go = live & finite & (not arrived)
                    $settle
                    gone = nit + m
                    nit = gone if go else nit
                    row(nit) = nit
                    row(nfev) = nfev + m if live else nfev
                    stop = $epochs if nit >= limit else 0.0
                    stop = $tolerance if arrived else stop
                    stop = stop if finite else $nonfinite
                    row(code) = stop if live else code
                turn -= m
"""

# The automatic step.  Armijo's rule allows for the rounding of f, else a lane at the rounding
# floor never stops; accepted steps set the next length by the two formulas of Barzilai and
# Borwein in turn.  The first evaluation is a step of length zero from a value of infinity.
# Everything is loaded first and stored last: a load in a choice would not vectorise. Changes
# of the gradient are taken in units of its size, so that their squares do not underflow.
_AUTOMATIC = """
@kernel
def run(state, epochs, leap, lower, upper):
    $bounds
    for b in range(state.shape[0]):
        left = epochs
        while left > 0:
            running = 0
            for j in range($lanes):
                running += 1 if row(code) == 0.0 else 0
            if running == 0:
                break
            turn = min(left, $turn)
            left -= turn
            for e in range(turn):
                for j in range($lanes):
                    x@ = row(x@)
                    g@ = row(g@)
                    $params
                    f = row(f)
                    t = row(t)
                    code = row(code)
                    nit = row(nit)
                    nfev = row(nfev)
                    stall = row(stall)
                    scale = row(scale)
                    limit = row(limit)
                    tol = row(tol)
                    $trial
                    $body
                    value = $value
                    $gradient
                    $defined
                    size = 0.0
                    $size
                    inverse = 1.0 / size
                    s@ = v@ - x@
                    y@ = (h@ - g@) * inverse
                    slope = 0.0
                    ss = 0.0
                    sy = 0.0
                    yy = 0.0
                    reach = 0.0
                    moved = 0.0
                    far = 0.0
                    slope += g@ * s@
                    ss += s@ * s@
                    sy += s@ * y@
                    yy += y@ * y@
                    reach += abs(h@)
                    moved += abs(s@)
                    far += abs(v@)
                    live = code == 0.0
                    first = nfev == 0.0
                    slack = $slack * abs(f)
                    slack = 0.0 if first else slack
                    finite = (reach < INF) & (value < INF)$and_defined
                    bottomless = value == -INF
                    good = finite & (value <= f + $armijo * slope + slack) & (not bottomless)
                    accept = live & good
                    spectral = (ss / sy if nit % 2.0 == 0.0 else sy / yy) * inverse
                    longer = smaller(100.0 * t, spectral if sy > 0.0 else 4.0 * t)
                    longer = smaller(longer, ($leash * scale + 10.0 * far) * inverse)
                    longer = scale * inverse if first else longer
                    parabola = 0.5 * slope * t / (slope - (value - f))
                    shorter = clip(parabola, 0.1 * t, 0.5 * t) if finite else 0.1 * t
                    other = longer if good else shorter
                    row(t) = other if live else t
                    row(f) = value if accept else f
                    row(x@) = v@ if accept else x@
                    row(g@) = h@ if accept else g@
                    stall = stall + 1.0 if f - value <= slack else 0.0
                    row(stall) = stall
                    nit = nit + 1.0 if accept & (not first) else nit
                    row(nit) = nit
                    row(nfev) = nfev + 1.0 if live else nfev
                    unresolved = (not (moved > 0.0)) | ((not good) & (-slope <= slack))
                    stuck = ((not first) & unresolved) | (stall > $patience)
                    stop = $epochs if nit >= limit else 0.0
                    stop = $floor if stuck else stop
                    stop = $tolerance if good & (size <= tol) else stop
                    stop = $nonfinite if first & (not good) else stop
                    stop = $bottomless if bottomless else stop
                    row(code) = stop if live else code
"""


@dataclass(frozen=True)
class _Body:
    """Source of one evaluation: assignments, f, its gradient, and where they are defined."""

    lines: list[str]
    value: str
    gradient: list[str]
    defined: str


def _body(symbolic: Symbolic, with_value: bool) -> _Body:
    holds = [c.holds for c in symbolic.domain]
    values = [symbolic.expr] if with_value else []
    assignments, outputs = share(symbolic.renamed([*values, *symbolic.gradient, *holds]))
    show = SourcePrinter().doprint
    shown = [show(expr) for expr in outputs]
    gradient_end = len(shown) - len(holds)
    return _Body(
        lines=[f"{name} = {show(expr)}" for name, expr in assignments],
        value=shown[0],
        gradient=shown[len(values) : gradient_end],
        defined=" * ".join(shown[gradient_end:]),
    )


def _each(template: str, n: int) -> list[str]:
    return [template.replace("@", str(i)) for i in range(n)]


def _clip(text: str, bounded: bool) -> str:
    """Source of a number kept inside the bounds; nan stays nan."""
    if not bounded:
        return text
    return f"clip({text}, lower@, upper@)"


def _size(point: str, gradient: str, bounded: bool) -> str:
    """Source that folds one entry of the projected gradient into `size`."""
    entry = f"projected({point}, {gradient}, lower@, upper@)" if bounded else gradient
    return f"size = larger(size, abs({entry}))"


def _expand(template: str, parts: dict[str, list[str]], words: dict[str, str], n: int) -> str:
    """Fill a template: whole lines, then lines for each variable, then words."""
    lines = []
    for line in template.splitlines():
        space, name = line[: len(line) - len(line.lstrip())], line.strip().removeprefix("$")
        if line.strip().startswith("$") and name in parts:
            lines += [space + part for part in parts[name]]
        else:
            lines += _each(line, n) if " " in line and "@" in line else [line]
    return Template("\n".join(lines)).substitute(words) + "\n"


def _place(source: str, layout: Layout) -> str:
    """Replace ``row(name3)`` by an entry of the state."""

    def entry(match: re.Match[str]) -> str:
        first = layout.rows[match[1]].start
        return f"state[b, {first + int(match[2] or 0)}, j]"

    return re.sub(r"row\(([a-z]+)(\d*)\)", entry, source)


def _words(body: _Body, defined: str) -> dict[str, str]:
    return {
        "lanes": str(LANES),
        "turn": str(TURN),
        "and_defined": f" & ({defined} == 1.0)" if body.defined else "",
        **{stop.name.lower(): str(float(stop)) for stop in Stop},
    }


def _head(title: str, text: str) -> str:
    known = kernel_names() | _SELECTING
    functions = sorted(known & set(re.findall(r"\b([a-z_0-9]+)\(", text)))
    imports = [f"from symgd.engine.vmath import {', '.join(functions)}"] if functions else []
    return "\n".join([f'"""{title}"""', "", _IMPORTS, *imports, ""])


def fixed_kernel(symbolic: Symbolic, rule: type[Rule], bounded: bool) -> Kernel:
    """Make the kernel that takes the steps of a rule, each lane at its own rate.

    Parameters
    ----------
    symbolic : Symbolic
        f and its gradient.
    rule : type of Rule
        Its step function is compiled into the loop; its settings are rows of the state.
    bounded : bool
        Whether every step is clipped to bounds.

    Returns
    -------
    Kernel
    """
    n, slots = len(symbolic.variables), rule.slots
    settings = len(fields(rule))
    body = _body(symbolic, with_value=False)
    counts = {"x": n, "slot": slots * n, "oldx": n, "oldslot": slots * n, "g": n}
    counts |= {"nit": 1, "nfev": 1, "code": 1, "defined": int(bool(body.defined))}
    counts |= {"setting": settings, "param": len(symbolic.params), "limit": 1, "tol": 1}
    kept = [("x", "oldx", i) for i in range(n)]
    kept += [("slot", "oldslot", i) for i in range(slots * n)]
    parts = {
        "bounds": _each("lower@, upper@ = lower[@], upper[@]", n) if bounded else [],
        "params": [f"p{i} = row(param{i})" for i in range(len(symbolic.params))],
        "body": body.lines,
        "gradient": [f"row(g{i}) = {g}" for i, g in enumerate(body.gradient)],
        "defined": [f"row(defined) = {body.defined}"] if body.defined else [],
        "step": _step_lines(n, slots, settings, bounded),
        "size": _each(_size("old@", "g@", bounded), n),
        "save": [f"row({old}{i}) = row({new}{i})" for new, old, i in kept],
        "restore": [f"row({new}{i}) = row({old}{i})" for new, old, i in kept],
        "settle": _settle_lines(n, slots),
    }
    layout = Layout(tuple(counts.items()))
    text = _place(_expand(_FIXED, parts, _words(body, "row(defined)"), n), layout)
    title = f"Steps of {rule.name} on {n} variable{'s' * (n > 1)}; made by symgd."
    leaps = not (bounded or body.defined)
    return Kernel(_head(title, text) + text, layout, rule, leaps)


def _settle_lines(n: int, slots: int) -> list[str]:
    """Keep the step of the lanes that go on; the others stay where they were."""
    lines = [f"row(x{i}) = x{i} if go else old{i}" for i in range(n)]
    for k in range(slots * n):
        lines += [f"new, old = row(slot{k}), row(oldslot{k})", f"row(slot{k}) = new if go else old"]
    return lines


def _step_lines(n: int, slots: int, settings: int, bounded: bool) -> list[str]:
    lines = []
    rates = [f"row(setting{k})" for k in range(settings)]
    for i in range(n):
        own = [f"row(slot{s * n + i})" for s in range(slots)]
        arguments = ", ".join([f"v{i}", f"row(g{i})", "epoch", *own, *rates])
        lines.append(", ".join(["new", *own]) + f", = step({arguments})")
        lines.append(f"row(x{i}) = " + _clip("new", bounded).replace("@", str(i)))
    return lines


def automatic_kernel(symbolic: Symbolic, bounded: bool) -> Kernel:
    """Make the kernel that chooses each step by itself and accepts it only if f falls.

    Parameters
    ----------
    symbolic : Symbolic
        f and its gradient.
    bounded : bool
        Whether every step is clipped to bounds.

    Returns
    -------
    Kernel

    References
    ----------
    J. Barzilai and J. M. Borwein, "Two-Point Step Size Gradient Methods", IMA Journal of
    Numerical Analysis 8, 141-148 (1988), doi:10.1093/imanum/8.1.141.

    L. Armijo, "Minimization of functions having Lipschitz continuous first partial
    derivatives", Pacific Journal of Mathematics 16, 1-3 (1966), doi:10.2140/pjm.1966.16.1.
    """
    n = len(symbolic.variables)
    body = _body(symbolic, with_value=True)
    counts = {"x": n, "g": n, "f": 1, "t": 1, "stall": 1, "nfev": 1, "nit": 1, "code": 1}
    counts |= {"param": len(symbolic.params), "scale": 1, "limit": 1, "tol": 1}
    parts = {
        "bounds": _each("lower@, upper@ = lower[@], upper[@]", n) if bounded else [],
        "params": [f"p{i} = row(param{i})" for i in range(len(symbolic.params))],
        "trial": _each("v@ = " + _clip("x@ - t * g@", bounded), n),
        "body": body.lines,
        "gradient": [f"h{i} = {g}" for i, g in enumerate(body.gradient)],
        "defined": [f"defined = {body.defined}"] if body.defined else [],
        "size": _each(_size("v@", "h@", bounded), n),
    }
    words = _words(body, "defined") | {"value": body.value}
    words |= {
        "slack": repr(_SLACK),
        "armijo": repr(_ARMIJO),
        "patience": repr(_PATIENCE),
        "leash": repr(_LEASH),
    }
    layout = Layout(tuple(counts.items()))
    text = _place(_expand(_AUTOMATIC, parts, words, n), layout)
    title = f"Automatic steps on {n} variable{'s' * (n > 1)}; made by symgd."
    return Kernel(_head(title, text) + text, layout, None, leaps=False)
