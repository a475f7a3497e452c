"""The main job, with nothing but the package and what it depends on."""

import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import symgd

TRAP = "cos(2*pi*x) + x**2"

stalled = symgd.minimize(TRAP, x0=0, lr=0.01, epochs=100)
assert stalled.status is symgd.Status.STALLED_AT_START, stalled
found = symgd.minimize(TRAP, start_box=(-3, 3))
assert found.success, found
assert abs(abs(found.x[0]) - 0.475802) < 1e-5, found
assert len(found.minima) == 6, found.minima
swept = symgd.sweep(TRAP, x0=0.3, lr=[0.001, 0.01], epochs=500)
assert swept.shape == (2,), swept.shape
with tempfile.TemporaryDirectory() as folder:
    page = Path(folder, "page.html")
    found.report(page)
    assert "minimum" in page.read_text()
    found.save(Path(folder, "runs.npz"))
    assert symgd.load(Path(folder, "runs.npz")).fun == found.fun
command = [sys.executable, "-m", "symgd", "minimize", TRAP, "--x0", "0"]
said = subprocess.run(command, capture_output=True)
assert b"is a maximum" in said.stdout, said
extras = {"hypothesis", "scipy", "pandas", "xarray", "tqdm"} & set(sys.modules)
assert not extras, extras
packages = "symgd", "numpy", "sympy", "numba", "matplotlib"
print("works with Python", sys.version.split()[0], *(f"{p} {version(p)}" for p in packages))
