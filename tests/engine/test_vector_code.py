"""Every kernel is vector code: no call and no scalar arithmetic, for AVX2 and for AVX-512.

The check reads the assembly of whole kernels. Any instruction in it that computes with single
doubles belongs to a loop over lanes, since nothing else in a kernel computes with doubles.
"""

from __future__ import annotations

import platform
import re

import llvmlite.binding as llvm
import pytest
from llvmlite import ir

from benchmarks.functions import SEVEN
from symgd.diagnosis.look import _Look
from symgd.diagnosis.outlook import _Outlook
from symgd.engine.kernel import jit, native, source
from symgd.engine.numbers import vmath
from symgd.engine.numbers.intrinsics import Float
from symgd.engine.numbers.lane import WIDTH
from symgd.expression.functions import kernel_names
from symgd.methods import Automatic, GradientDescent
from symgd.problem import Problem

pytestmark = pytest.mark.skipif(
    platform.machine().lower() not in {"x86_64", "amd64"},
    reason="reads the assembly of x86-64 processors",
)

# Besides their own, any x86-64 processor can write the code of these two.
PROCESSORS = {"AVX2": "haswell", "AVX-512": "skylake-avx512"}
REGISTERS = {"AVX2": "ymm", "AVX-512": "zmm" if WIDTH == 8 else "ymm"}

# Each function of the table stands in one of these, and in its gradient too.
GROUPS = {
    "circular": "x*sin(x) + x*cos(y) + x*tan(x*y)",
    "inverse circular": "x*asin(x/9) + y*acos(y/9) + x*atan(x*y) + x*atan2(y, x)",
    "hyperbolic": "x*sinh(x) + x*cosh(y) + x*tanh(x*y)",
    "inverse hyperbolic": "x*asinh(x) + x*acosh(y + 2) + x*atanh(x*y)",
    "exponential": "x*exp(y) + x*expm1(x) + y*log(x) + x*log1p(y) + y*log2(x) + x*log10(y)",
    "powers": "x*sqrt(y) + y*cbrt(x) + x**y + x**1.3 + x*hypot(x, y)",
    "error functions": "x*erf(y) + y*erfc(x)",
    "logistic": "x*sigmoid(y) + y*softplus(x) + x*sinc(y)",
    "gamma": "x*gamma(y) + y*loggamma(x) + x*digamma(y)",
    "Bessel": "x*besselj(0, y) + y*besselj(3, x)",
    "steps": "x*floor(y) + y*round(x) + x*y*mod(x, y)",
    "kinks": "x*abs(y) + y*sign(x) + x*min(x, y) + y*max(x, y**2) + y*Heaviside(x)",
    "conditions": (
        "where((x < y) & (y <= 2) | ~((x == 1) | (y != 2)), x**2*y, x*y**3)"
        " + x*where(x < y, 1, 2)*where((y <= x**2) & (x > 1) | (y == 3), 3, 5)"
    ),
}


def kernels(expr, bounded=False):
    """Give the kernels of a formula: two that descend, and two that look at the ends."""
    symbolic = Problem(expr).symbolic
    return [
        source.kernel(symbolic, Automatic(), bounded),
        source.kernel(symbolic, GradientDescent(0.1), bounded),
        source.kernel(symbolic, _Look(), bounded),
        source.kernel(symbolic, _Outlook(GradientDescent(0.1)), bounded),
    ]


class Recorder:
    """Writes assembly for each processor where machine code for one is asked for."""

    def __init__(self):
        native.machine()  # has LLVM started
        target = llvm.Target.from_triple(llvm.get_process_triple())
        self.targets = {
            name: target.create_target_machine(cpu=cpu, opt=3, reloc="pic")
            for name, cpu in PROCESSORS.items()
        }

    def emit_object(self, module):
        self.assembly = {name: t.emit_assembly(module) for name, t in self.targets.items()}
        return b""


@pytest.fixture
def assembly(monkeypatch):
    """Give the assembly of a kernel by processor."""
    recorder = Recorder()
    jit._pipelines()  # as of this processor
    monkeypatch.setattr(jit, "machine", lambda effort=3: recorder)

    def write(kernel):
        jit.machine_code(kernel, "<vector code>")
        return recorder.assembly

    return write


ARITHMETIC = r"v?(add|sub|mul|div|sqrt|min|max|round|rndscale|cmp|u?comi|fn?m(add|sub)\d*)s[ds]"
TAKEN_APART = r"v?p(extr|insr)[bwdq]"


def instructions(text):
    """Give the operation and the operands of each line of assembly."""
    return re.findall(r"^\t([a-z]\w*)(?:\t(.*))?$", text, re.MULTILINE)


def scalar(text):
    """Give what is no vector code: calls, arithmetic on one double, lanes taken apart."""
    return [
        f"{operation} {operands}"
        for operation, operands in instructions(text)
        if operation.startswith("call")
        or re.fullmatch(ARITHMETIC, operation)
        or re.fullmatch(TAKEN_APART, operation)
    ]


def check(assembly):
    for processor, text in assembly.items():
        assert scalar(text) == []
        wide = [o for o, operands in instructions(text) if REGISTERS[processor] in operands]
        assert any(operation.startswith(("vmul", "vfm", "vfnm")) for operation in wide)


@pytest.mark.parametrize("function", SEVEN, ids=lambda function: function.name)
def test_the_seven_functions_are_vector_code(function, assembly):
    for kernel in kernels(function.expr):
        check(assembly(kernel))


@pytest.mark.parametrize("group", GROUPS)
def test_every_function_of_the_table_is_vector_code(group, assembly):
    for kernel in kernels(GROUPS[group]):
        check(assembly(kernel))


def test_clipping_to_bounds_is_vector_code(assembly):
    for kernel in kernels("cos(x) + x*y**2", bounded=True):
        check(assembly(kernel))


@pytest.mark.parametrize("kind", [0, 1], ids=["automatic", "fixed"])
def test_no_function_of_the_table_is_left_out(kind):
    sources = " ".join(kernels(expr)[kind].source for expr in GROUPS.values())
    assert set(re.findall(r"elementary\(vmath\.(\w+)\)", sources)) == kernel_names()


def library_sine(x):
    """Call the C library."""
    kind, module = x.node.type, x.builder.module
    name = f"llvm.sin.v{kind.count}f64"
    sine = module.globals.get(name) or ir.Function(module, ir.FunctionType(kind, [kind]), name)
    return Float(x.builder, x.builder.call(sine, [x.node]))


def one_by_one(x):
    """Take the lanes apart."""
    node = x.node
    for lane in range(node.type.count):
        place = ir.IntType(32)(lane)
        number = x.builder.extract_element(node, place)
        for _ in range(lane):
            number = x.builder.fmul(number, number)
        node = x.builder.insert_element(node, number, place)
    return Float(x.builder, node)


@pytest.mark.parametrize(("sine", "offence"), [(library_sine, "call"), (one_by_one, "vmulsd")])
def test_the_check_finds_scalar_code(sine, offence, assembly, monkeypatch):
    monkeypatch.setattr(vmath, "sin", sine)
    for kernel in kernels("cos(x)*sin(y)"):
        for text in assembly(kernel).values():
            assert any(found.startswith(offence) for found in scalar(text))
