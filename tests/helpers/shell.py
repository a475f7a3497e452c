"""The command as tests call it: in this process, and in a shell."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from symgd import cli

ROOT = Path(__file__).parents[2]
COMMAND = f"{sys.executable} -m symgd"


def called(capsys, words):
    """Give exit status, standard output and standard error."""
    try:
        code = cli.main(words)
    except SystemExit as stop:
        code = stop.code
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def in_a_shell(command, **more):
    """Run a line of shell commands in the repository."""
    return subprocess.run(
        command, shell=True, capture_output=True, text=True, cwd=ROOT, timeout=120, **more
    )


def strict(text):
    """Read JSON as its standard says: without NaN and infinities."""

    def refuse(word):
        raise AssertionError(f"{word} is not JSON")

    return json.loads(text, parse_constant=refuse)
