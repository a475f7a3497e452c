"""Kernels for other processors: without fused instructions, for ARM, for Windows and macOS."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from textwrap import dedent

import llvmlite.binding as llvm
import numpy as np
import pytest

from symgd.engine.kernel import jit, native, source
from symgd.methods import Automatic, GradientDescent
from symgd.problem import Problem

X86 = pytest.mark.skipif(
    platform.machine().lower() not in {"x86_64", "amd64"}, reason="forces processors of x86-64"
)
EXPR = "sin(x)*exp(-x**2/20) + cos(3*y)*log(1 + x**2) + erf(x*y) + tan(y/9)**2 + x**1.3*cbrt(y)"
MEASURED = dedent("""
    import json, re, sys
    import numpy as np
    import symgd
    from symgd.engine.kernel import jit, native, source
    from symgd.engine.numbers.lane import WIDTH
    from symgd.methods import Automatic, GradientDescent

    expr = sys.argv[1]
    written = []
    class Recorder:
        def emit_object(self, module):
            written.append(machine.emit_assembly(module))
            return machine.emit_object(module)
    machine = native.machine()
    jit._pipelines()
    jit.machine = lambda effort=3: Recorder()
    calls = set()
    for method in (Automatic(), GradientDescent(0.1)):
        jit.machine_code(source.kernel(symgd.Problem(expr).symbolic, method, True), "<test>")
    for text in written:
        calls |= set(re.findall(r"^\\tcall\\w*\\t(.*)$", text, re.MULTILINE))
    jit.machine = lambda effort=3: machine
    x0 = np.random.default_rng(0).uniform(0.2, 3, (50, 2))
    fixed = symgd.minimize(expr, x0, lr=1e-3, epochs=50).runs.x
    found = symgd.minimize(expr, x0, bounds=(0.1, 4)).runs
    print(json.dumps({
        "calls": sorted(calls), "fuses": native.fuses(), "rounds": native.rounds(),
        "width": WIDTH, "x": fixed.tolist(), "kind": found.kind.tolist(), "fun": found.fun.tolist(),
    }))
""")


def on(cpu, folder):
    """Compile and run in a process in which Numba is told of a processor."""
    told = {"NUMBA_CPU_NAME": cpu} if cpu else {}
    env = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA_CPU")} | told
    env["SYMGD_CACHE_DIR"] = str(folder)
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, EXPR], env=env, capture_output=True, text=True, check=False
    )
    assert not done.returncode, done.stderr
    return json.loads(done.stdout)


@X86
@pytest.mark.parametrize(
    ("cpu", "fuses", "rounds"),
    [("haswell", True, True), ("x86-64-v2", False, True), ("x86-64", False, False)],
)
def test_kernels_of_lesser_processors_call_nothing_and_give_the_same(cpu, fuses, rounds, tmp_path):
    told, usual = on(cpu, tmp_path), on(None, tmp_path)
    assert (told["fuses"], told["rounds"], told["width"]) == (fuses, rounds, 4)
    assert told["calls"] == []
    assert told["x"] == pytest.approx(np.array(usual["x"]), rel=1e-12)
    assert told["kind"] == usual["kind"]
    assert told["fun"] == pytest.approx(usual["fun"], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    ("triple", "cpu", "width"),
    [
        ("aarch64-unknown-linux-gnu", "cortex-a72", 2),
        ("aarch64-unknown-linux-gnu", "neoverse-v1", 2),
        ("arm64-apple-macosx14.0.0", "apple-m1", 2),
        ("x86_64-unknown-linux-gnu", "haswell", 4),
        ("x86_64-unknown-linux-gnu", "znver5", 8),
    ],
)
def test_a_vector_is_no_larger_than_a_register_where_products_fuse(triple, cpu, width, monkeypatch):
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    target = native.machine_for(triple, cpu)
    monkeypatch.setattr(native, "machine", lambda effort=3: target)
    monkeypatch.setattr(native, "fuses", native.fuses.__wrapped__)
    assert native.fuses()
    assert native.width.__wrapped__() == width


def test_the_name_of_a_processor_is_part_of_the_key(monkeypatch):
    before = native.processor()
    monkeypatch.setenv("NUMBA_CPU_NAME", "nehalem")
    assert native.processor() != before
    assert "nehalem" in native.processor()


def compiled_for(triple, cpu, monkeypatch):
    """Give the assembly and the object file of both loops for another system."""
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    target = native.machine_for(triple, cpu)
    found = []

    class Recorder:
        def emit_object(self, module):
            module.triple = triple
            text, code = target.emit_assembly(module), target.emit_object(module)
            found.append((text, code))
            return code

    jit._pipelines()
    monkeypatch.setattr(jit, "machine", lambda effort=3: Recorder())
    for method in (Automatic(), GradientDescent(0.1)):
        jit.machine_code(source.kernel(Problem(EXPR).symbolic, method, True), "<test>")
    return found


@pytest.mark.skipif(not native.fuses(), reason="writes what this processor has instructions for")
@pytest.mark.parametrize(
    ("triple", "cpu", "vector"),
    [
        ("aarch64-unknown-linux-gnu", "cortex-a72", "fmla\tv"),
        ("arm64-apple-macosx14.0.0", "apple-m1", "fmla"),
        ("x86_64-apple-macosx12.0.0", "haswell", "vfmadd"),
        ("x86_64-pc-windows-msvc", "haswell", "vfmadd"),
    ],
)
def test_objects_for_other_systems_are_vector_code_without_calls(triple, cpu, vector, monkeypatch):
    for text, _ in compiled_for(triple, cpu, monkeypatch):
        assert vector in text
        assert called(text) <= {"__chkstk"}  # Windows asks for it where a frame is large
        assert one_by_one(text) == []


def one_by_one(text):
    """Give ARM's instructions for a single double; `test_vector_code` looks for x86-64's."""
    operations = "add|sub|n?mul|n?m(?:add|sub)|div|sqrt|(?:min|max)(?:nm)?|rint[a-z]|cmp"
    return re.findall(rf"^\tf(?:{operations})\td\d.*", text, re.MULTILINE)


@pytest.mark.parametrize("triple", ["aarch64-unknown-linux-gnu", "arm64-apple-macosx14.0.0"])
def test_scalar_code_and_calls_for_arm_would_be_seen(triple):
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    source = "declare double @sin(double) define double @run(double %x, double %y) {"
    source += " %a = fmul double %x, %y %b = fadd double %a, %y %c = call double @sin(double %b)"
    text = native.machine_for(triple, "generic").emit_assembly(
        llvm.parse_assembly(source + " %d = fsub double %c, %x ret double %d }")
    )
    assert [found.split()[0] for found in one_by_one(text)] == ["fmul", "fadd", "fsub"]
    assert called(text) == {"sin" if "linux" in triple else "_sin"}


def called(text):
    """Give the names that an assembly calls, or loads to call."""
    lines = [line.split() for line in text.splitlines() if line.startswith("\t")]
    calls = [i for i, line in enumerate(lines) if line[0] in ("call", "callq", "bl", "blr")]
    loads = [" ".join(lines[i - 1] if "*" in lines[i][1] else lines[i]) for i in calls]
    return {re.sub(r"\W*,.*|.*[\s$]", "", load.split(",")[0]) for load in loads}


def test_objects_for_windows_carry_no_unwind_tables_and_reach_everywhere(monkeypatch):
    for text, code in compiled_for("x86_64-pc-windows-msvc", "haswell", monkeypatch):
        names = {s.name() for s in llvm.ObjectFileRef.from_data(code).sections()}
        assert b".pdata" not in names
        assert b".xdata" not in names
        assert "(%rip)" not in text  # constants are addressed in full
