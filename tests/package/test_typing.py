"""What type checkers say of a user's script: each mistake is found, and nothing else."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from problems import DATA
from shell import ROOT

SCRIPTS = DATA / "typing"
MISTAKES = [
    number
    for number, line in enumerate((SCRIPTS / "wrong.py").read_text().splitlines(), 1)
    if line.endswith("# wrong")
]
PYRIGHT = shutil.which("pyright", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
PLAIN = {"env": {**os.environ, "MYPYPATH": str(ROOT)}, "capture_output": True, "text": True}


def mypy(folder):
    """Give script and line of each error that mypy finds."""
    options = ["--strict", "--config-file=", "--follow-imports=silent", "--cache-dir=cache"]
    command = [sys.executable, "-m", "mypy", *options, "correct.py", "wrong.py"]
    done = subprocess.run(command, cwd=folder, **PLAIN)
    assert done.returncode < 2, done.stdout + done.stderr
    found = re.findall(r"^(\S+?):(\d+): error", done.stdout, re.MULTILINE)
    return [(script, int(line)) for script, line in found]


def pyright(folder):
    """Give script and line of each error that pyright finds."""
    (folder / "pyrightconfig.json").write_text(json.dumps({"extraPaths": [str(ROOT)]}))
    command = [PYRIGHT, "--outputjson", "--pythonpath", sys.executable]
    said = json.loads(subprocess.run(command, cwd=folder, **PLAIN).stdout)["generalDiagnostics"]
    errors = [d for d in said if d["severity"] == "error"]
    return [(Path(d["file"]).name, d["range"]["start"]["line"] + 1) for d in errors]


CHECKERS = [mypy, pytest.param(pyright, marks=pytest.mark.skipif(not PYRIGHT, reason="no pyright"))]


@pytest.mark.parametrize("checker", CHECKERS)
def test_each_mistake_is_found_and_nothing_else(checker, tmp_path):
    shutil.copytree(SCRIPTS, tmp_path, dirs_exist_ok=True)
    assert len(MISTAKES) > 20
    assert sorted(checker(tmp_path)) == [("wrong.py", line) for line in MISTAKES]


def test_the_correct_script_runs(tmp_path):
    subprocess.run(
        [sys.executable, "-W", "ignore", SCRIPTS / "correct.py"],
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "agg"},
    )
