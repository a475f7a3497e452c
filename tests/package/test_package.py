"""The package as a whole: light to import, complete, and as the README says."""

from __future__ import annotations

import doctest
import importlib.resources
import inspect
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import symgd
from symgd.cli import main

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
HEAVY = ("sympy", "numba", "llvmlite", "matplotlib", "scipy", "numpy")


def loaded_after(code):
    script = f"import sys\n{code}\nprint(*(m for m in {HEAVY!r} if m in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return done.stdout.split()


@pytest.mark.parametrize(
    "code",
    ["import symgd", "import symgd; symgd.__version__; dir(symgd)", "import symgd.cli"],
)
def test_import_loads_nothing_heavy(code):
    assert loaded_after(code) == []


def test_a_status_loads_nothing_heavy_either():
    assert loaded_after("import symgd; symgd.Status.SLOW") == []


def test_a_problem_needs_no_numba():
    assert not {"numba", "matplotlib", "scipy"} & set(
        loaded_after("import symgd; symgd.Problem('x**2').grad(1.0)")
    )


def test_minimize_needs_no_matplotlib():
    assert "matplotlib" not in loaded_after("import symgd; symgd.minimize('x**2', x0=1)")


@pytest.mark.parametrize("name", symgd.__all__)
def test_every_public_name_resolves(name):
    assert getattr(symgd, name) is not None
    assert name in dir(symgd)


def test_public_names_are_documented():
    for name in set(symgd.__all__) - {"__version__"}:
        assert getattr(symgd, name).__doc__


def test_importing_modules_hides_no_public_name():
    everything = "import pkgutil, importlib, symgd\n" + (
        "names = [m.name for m in pkgutil.walk_packages(symgd.__path__, 'symgd.')]\n"
        "for n in names: n.endswith('__main__') or importlib.import_module(n)\n"
        "assert callable(symgd.minimize), symgd.minimize"
    )
    loaded_after(everything)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'maximise'"):
        symgd.maximise  # noqa: B018


def test_version_is_the_one_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert symgd.__version__ == project["version"]
    assert project["version"] in (ROOT / "CHANGELOG.md").read_text()


def test_type_information_ships():
    files = importlib.resources.files("symgd")
    assert files.joinpath("py.typed").is_file()


def fences(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_python_in_the_readme():
    blocks = fences("python")
    assert len(blocks) >= 2
    parser, runner, names = doctest.DocTestParser(), doctest.DocTestRunner(), {}
    for number, block in enumerate(blocks):
        test = parser.get_doctest(block, names, f"README block {number}", "README.md", 0)
        assert test.examples
        said = []
        runner.run(test, out=said.append, clear_globs=False)
        names.update(test.globs)
        assert not said, "".join(said)


def commands():
    for block in fences("console"):
        yield from re.findall(r"^\$ symgd (.*)\n((?:(?!\$).*\n)*)", block, re.MULTILINE)


def leaving_out_chance(text):
    """Mask what may differ in the last bit's wake: sides of a tie, counts near borders, steps."""
    text = re.sub(r" -?(\d\.\d+)", r" \1", text)
    text = re.sub(r"after \d+ step", "after N step", text)
    text = re.sub(r" +\d+ +\d+\.\d %", " N", text)
    return re.sub(r" +", " ", text)


@pytest.mark.parametrize(("command", "expected"), list(commands()))
def test_commands_in_the_readme(command, expected, capsys):
    main(shlex.split(command))
    shown = "".join(capsys.readouterr())
    assert leaving_out_chance(shown) == leaving_out_chance(expected)


def test_the_readme_shows_a_command():
    assert len(list(commands())) >= 1


def test_the_readme_is_short():
    text = re.sub(r"^\|.*\n", "", README, flags=re.MULTILINE)  # a table of links may grow
    assert len(text.splitlines()) <= 90


ROOMS = [symgd, symgd.methods, symgd.plots, symgd.schedules, symgd.testing]


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.__name__)
def test_completion_shows_public_names_only(room):
    assert dir(room) == sorted(room.__all__)


def test_completion_of_plots_shows_pictures_only():
    for name in dir(symgd.plots):
        assert inspect.isfunction(getattr(symgd.plots, name))
        assert name in symgd.plots.__doc__


def test_links_in_the_readme_lead_somewhere():
    targets = re.findall(r"\]\(([^)#:]+)\)", README)
    assert "docs/images/verdicts.png" in targets
    assert not [t for t in targets if not (ROOT / t).exists()]


def test_the_picture_of_the_readme_can_be_drawn(tmp_path):
    target = tmp_path / "picture.png"
    script = ROOT / "examples" / "readme_picture.py"
    subprocess.run([sys.executable, str(script), str(target)], check=True, cwd=ROOT)
    assert target.read_bytes().startswith(b"\x89PNG")
