"""What type checkers say of a user's script: each mistake is found, and nothing else."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys

import pytest
from problems import DATA
from shell import ROOT

SCRIPTS = {name: DATA / "typing" / f"{name}.py" for name in ("correct", "wrong")}
MISTAKES = [
    number
    for number, line in enumerate(SCRIPTS["wrong"].read_text().splitlines(), 1)
    if line.endswith("# wrong")
]
PYRIGHT = shutil.which("pyright", path=f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}")  # noqa: PTH120


def mypy(folder, script):
    """Give the lines in which mypy finds errors."""
    options = ["--strict", "--config-file=", "--follow-imports=silent", f"--cache-dir={folder}"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, script],
        capture_output=True,
        text=True,
        env={**os.environ, "MYPYPATH": str(ROOT)},
    )
    assert done.returncode < 2, done.stdout + done.stderr
    return [int(line) for line in re.findall(r"^\S+?:(\d+): error", done.stdout, re.MULTILINE)]


def pyright(folder, script):
    """Give the lines in which pyright finds errors."""
    shutil.copy(script, folder / "script.py")  # it takes no script outside its folder
    (folder / "pyrightconfig.json").write_text(json.dumps({"extraPaths": [str(ROOT)]}))
    done = subprocess.run(
        [PYRIGHT, "--outputjson", "--pythonpath", sys.executable, "--project", folder],
        capture_output=True,
        text=True,
    )
    said = json.loads(done.stdout)["generalDiagnostics"]
    return [d["range"]["start"]["line"] + 1 for d in said if d["severity"] == "error"]


CHECKERS = [mypy, pytest.param(pyright, marks=pytest.mark.skipif(not PYRIGHT, reason="no pyright"))]


@pytest.mark.parametrize("checker", CHECKERS)
def test_each_mistake_is_found_and_nothing_else(checker, tmp_path):
    assert len(MISTAKES) > 20
    assert checker(tmp_path, SCRIPTS["wrong"]) == MISTAKES
    assert checker(tmp_path, SCRIPTS["correct"]) == []


def test_the_correct_script_runs(tmp_path):
    subprocess.run(
        [sys.executable, "-W", "ignore", SCRIPTS["correct"]],
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "agg"},
    )
