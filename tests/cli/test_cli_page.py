"""The page of the command line: every command on it does what is shown."""

from __future__ import annotations

import re
import shlex
import subprocess

import pytest
from shell import ROOT, called

PAGE = (ROOT / "docs" / "command_line.md").read_text()
BLOCKS = re.findall(r"^```console\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_every_command_of_the_page_does_what_is_shown(number, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$).*\n)*)", BLOCKS[number], re.MULTILINE):
        if command.startswith("printf"):
            subprocess.run(command, shell=True, check=True)
        else:
            name, *words = shlex.split(command)
            assert name == "symgd"
            assert "".join(called(capsys, words)[1:]) == shown


def test_the_page_has_commands():
    assert sum(block.count("$ symgd") for block in BLOCKS) >= 5


def test_the_page_writes_schedules_as_the_help_does(capsys):
    shown = called(capsys, ["minimize", "--help"])[1]
    names = re.findall(r"^\| `(\w+)\(", PAGE, re.MULTILINE)
    assert len(names) == 7
    assert all(f"  {name}(" in shown for name in names if name != "constant")
