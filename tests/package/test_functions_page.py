"""The list of functions is made from their table, wherever it stands."""

import contextlib
import re

import symgd
from docs.functions import PAGE, page
from symgd.cli.parser import parsed
from symgd.expression import read
from symgd.expression.catalogue import names, rows


def test_the_page_shows_the_table():
    assert PAGE.read_text() == page(), "python docs/functions.py writes it"


def test_every_function_can_be_called_as_it_is_listed():
    for call, others, _ in rows():
        for name in (call.partition("(")[0], *others):
            text = call.replace("condition", "a > b").replace(", ...", "").replace("n, x", "2, x")
            formula = f"{name}({text.partition('(')[2]}"
            read(re.sub(r"\b(middle)\b", "0.5", formula))


def test_it_stands_in_the_help_of_a_problem_and_of_the_command(capsys):
    with contextlib.suppress(SystemExit):
        parsed(["--help"])
    shown = capsys.readouterr().out
    for text in (shown, symgd.Problem.__doc__):
        for line in names().splitlines():
            assert line in text
