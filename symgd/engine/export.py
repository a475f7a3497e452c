"""The loop of gradient descent at a fixed rate as a file in C, with the bits of the kernel.

The functions of a lane are called once on values that record what they compute, and each
operation becomes a line of C. So do those of the elementary functions, and `math.h` is asked for
nothing but what is rounded correctly everywhere.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from textwrap import fill, indent
from typing import Any

from ..methods.gd import GradientDescent
from ..problem import Problem
from ..version import __version__
from .kernel import native
from .kernel.frames import Steps
from .kernel.fusing import Fusing, Part, parts
from .kernel.layout import Layout
from .kernel.recorder import Operation, Recorder
from .kernel.source import kernel
from .numbers.intrinsics import Float
from .numbers.lane import Number

_FIXED = ("param", "setting", "nit")  # rows that do not change between two looks of a kernel
_INFIX = {
    "fadd": "+", "fsub": "-", "fmul": "*", "fdiv": "/", "add": "+", "sub": "-", "and_": "&",
    "or_": "|", "xor": "^", "shl": "<<", "lshr": ">>", "o<": "<", "o<=": "<=", "o>": ">",
    "o>=": ">=", "o==": "==", "u!=": "!=",
}  # fmt: skip
_PREFIX = {"fneg": "-", "neg": "-", "not_": "!"}
_TYPES = {"double": "double", "i64": "unsigned long long", "i1": "int"}
_BITS = """\
typedef union {
    double number;
    unsigned long long bits;
} both;
"""
_OF_BITS = {
    "bits": """\
static unsigned long long bits(double number) {
    both x;
    x.number = number;
    return x.bits;
}
""",
    "number": """\
static double number(unsigned long long bits) {
    both x;
    x.bits = bits;
    return x.number;
}
""",
}
_PROGRAM = """\
/* Gradient descent at a fixed rate on

{formula}

   written by symgd {version}. It computes bit by bit what symgd does if the compiler fuses nothing
   by itself:

       cc -std=c99 -O2 -ffp-contract=off -c descent.c

   with -march=native besides where the processor has fused operations, and -lm for the linker. */

#include <math.h>

enum {{ VARIABLES = {count} }};
{helpers}
/* Take up to `epochs` steps x - lr*gradient from each of `runs` points, which lie one after the
   other in `x`, {count} number{plural} each, and become the ends. A run ends before a step where no
   entry of its gradient is larger than `tol` in size, or where a number is not finite or f is not
   defined.
   `steps` gets the number of steps of each run, unless it is NULL. */
void descend(double *x, long runs, double lr, long epochs, double tol, long *steps);

void descend(double *x, long runs, double lr, long epochs, double tol, long *steps) {{
{params}    for (long run = 0; run < runs; run++, x += VARIABLES) {{
        long step = 0;
        for (; step < epochs; step++) {{
{body}
            const int finite = {finite};
            if (!finite)
                break;
            if ({arrived})
                break;
{moved}
        }}
        if (steps)
            steps[run] = step;
    }}
}}
"""


def program(problem: Problem) -> str:
    """Write the loop in C.

    Parameters
    ----------
    problem : Problem
        The formula; parameters become constants.

    Returns
    -------
    str
        A file in C99.
    """
    n = len(problem.names)
    rows = _recorded(problem)
    results = [value for values in rows.written.values() for value in values]
    operations = _used(rows.recorder.operations, results)
    lines = _Lines(operations, results)
    gradient, x = ([lines.named(v) for v in rows.written[name]] for name in ("g", "x"))
    finite = [f"({_sizes(gradient)}) + ({_sizes(x)}) < INFINITY"]
    finite += [f"{lines.named(v)} == 1.0" for v in rows.written.get("defined", ())]
    helpers = [text for name, text in _OF_BITS.items() if any(o.name == name for o in operations)]
    return _PROGRAM.format(
        formula=_comment(_described(problem)),
        version=__version__,
        count=n,
        plural="s" * (n > 1),
        helpers="\n".join(["", _BITS, *helpers]) if helpers else "",
        params="".join(_params(problem, operations)),
        body="\n".join(f"            {line}" for line in lines.text),
        finite=" && ".join(finite),
        arrived=" && ".join(f"fabs({entry}) <= tol" for entry in gradient),
        moved="\n".join(f"            x[{i}] = {value};" for i, value in enumerate(x)),
    )


class _Rows:
    """What `lane.State` is to a kernel: rows are inputs until something is put there."""

    def __init__(self, layout: Layout) -> None:
        self.recorder = Recorder()
        self.written: dict[str, list[Operation]] = {}
        self._counts = dict(layout.counts)
        self._rows: dict[str, list[Number]] = {}

    def __getitem__(self, name: str) -> Number:
        (number,) = self.all(name)
        return number

    def __setitem__(self, name: str, value: Float | float) -> None:
        self.put(name, [value])

    def all(self, name: str) -> list[Number]:
        if name not in self._rows:
            inputs = [self.input(name, i) for i in range(self._counts[name])]
            self._rows[name] = inputs
        return self._rows[name]

    def input(self, name: str, index: int) -> Number:
        recorded: Any = self.recorder  # a builder, as far as numbers can tell
        return Number(recorded, self.recorder.input(f"{name} {index}", fixed=name in _FIXED))

    def put(self, name: str, values: Sequence[Float | float]) -> None:
        given = [v.node if isinstance(v, Float) else self.recorder.constant(v) for v in values]
        recorded: Any = self.recorder
        self.written[name] = given
        self._rows[name] = [Number(recorded, node) for node in given]


def _recorded(problem: Problem) -> _Rows:
    """Let a lane take one step, and record it."""
    made = kernel(problem.symbolic, GradientDescent(lr=1.0), bounded=False)
    assert isinstance(made.method, GradientDescent)
    names: dict[str, Any] = {}
    exec(compile(made.source, "<kernel>", "exec"), names)  # noqa: S102 - our own source
    rows: Any = _Rows(made.layout)
    steps = Steps(names["evaluate"], made.method, made.shape)
    steps.advance(rows, rows.input("done", 0))
    recorded: _Rows = rows
    return recorded


def _used(operations: Sequence[Operation], results: Sequence[Operation]) -> list[Operation]:
    """Give the operations that results need, in order."""
    needed = set(results)
    for operation in reversed(operations):
        if operation in needed:
            needed.update(operation.inputs)
    return [o for o in operations if o in needed]


class _Lines:
    """Operations as lines of C, each of which defines one name."""

    def __init__(self, operations: Sequence[Operation], results: Sequence[Operation]) -> None:
        self._fusing = Fusing(operations, results)
        self._fused = self._fusing.fused if native.fuses() else {}
        self._names: dict[Operation, str] = {}
        parts_of_others = {product.value for product, _ in self._fused.values()}
        self.text = [self._line(o) for o in operations if o not in parts_of_others and self._is(o)]

    def named(self, value: Operation) -> str:
        """Give the name of a value, or the number that it is."""
        return _number(value) if value.name == "constant" else self._names[value]

    def _is(self, operation: Operation) -> bool:
        """Tell whether it has a line; an input has a name."""
        if operation.name == "input":
            self._names[operation] = _input(operation.operands[0])
        return operation.name != "input" and self._fusing.used(operation)

    def _line(self, operation: Operation) -> str:
        expression = self._expression(operation)
        self._names[operation] = name = f"t{len(self._names)}"
        return f"const {_TYPES[str(operation.type)]} {name} = {expression};"

    def _expression(self, operation: Operation) -> str:
        name = operation.name
        if operation in self._fused:
            product, rest = self._fused[operation]
            a, b = product.value.inputs
            factor = self._signed(Part(product.sign, a))
            return f"fma({factor}, {self.named(b)}, {self._signed(rest)})"
        if name in ("fadd", "fsub"):
            left, right = parts(operation)
            sign = "+" if right.sign > 0 else "-"
            return f"{self._signed(left)} {sign} {self.named(right.value)}"
        given = operation.operands
        return _applied(
            name, [self.named(o) if isinstance(o, Operation) else str(o) for o in given]
        )

    def _signed(self, part: Part) -> str:
        return f"{'-' if part.sign < 0 else ''}{self.named(part.value)}"


def _applied(name: str, operands: Sequence[str]) -> str:
    if name in _INFIX:
        return f" {_INFIX[name]} ".join(operands)
    if name in _PREFIX:
        return f"{_PREFIX[name]}{operands[0]}"
    if name == "select":
        return "{} ? {} : {}".format(*operands)
    if name == "odd":
        return f"(int)({operands[0]} & 1)"
    if name == "uuno":
        return " || ".join(f"isnan({o})" for o in operands)
    return f"{name}({', '.join(operands)})"


def _number(constant: Operation) -> str:
    (number,) = constant.operands
    if isinstance(number, int):
        return f"{number % 2**64}ULL"
    if math.isnan(number):
        return "NAN"
    text = "INFINITY" if math.isinf(number) else repr(abs(number))
    return f"(-{text})" if math.copysign(1.0, number) < 0 else text


def _input(row: str) -> str:
    """Give what a row is called in the loop."""
    name, index = row.split()
    known = {"x": f"x[{index}]", "param": f"p{index}", "setting": "lr", "nit": "(double)step"}
    return known.get(name, "1.0")  # no run goes on that is not defined


def _params(problem: Problem, operations: Sequence[Operation]) -> Iterator[str]:
    used = {o.operands[0] for o in operations if o.name == "input"}
    for i, (symbol, value) in enumerate(
        zip(problem.symbolic.params, problem.param_values, strict=True)
    ):
        if f"param {i}" in used:
            yield f"    const double p{i} = {float(value)!r};  /* {_plain(symbol.name)} */\n"


def _sizes(names: Sequence[str]) -> str:
    return " + ".join(f"fabs({name})" for name in names)


def _described(problem: Problem) -> str:
    values: Mapping[str, float] = problem.params
    given = "".join(f"\nwith {name} = {value!r}" for name, value in values.items())
    return f"f({', '.join(problem.names)}) = {problem.text}{given}"


def _comment(text: str) -> str:
    lines = (fill(line, 93, subsequent_indent="  ") for line in _plain(text).splitlines())
    return indent("\n".join(lines), "       ")


def _plain(text: str) -> str:
    """Give a text that ends no comment, and begins none."""
    return re.sub(r"(?<=/)(?=\*)|(?<=\*)(?=/)|\\$", " ", text, flags=re.MULTILINE)
