"""What hosts of code read beside the package: it says the same as the package and as .ci/run."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import symgd

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
WORKFLOW = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
PYTHONS = re.findall(r"Python :: (\d\.\d+)", "\n".join(PROJECT["classifiers"]))
FORMS = sorted(path.name for path in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))


def called(text):
    """Give the commands of the steps of a workflow."""
    return re.findall(r"^ *- run: (.*)$", text, re.MULTILINE)


def test_the_workflow_runs_what_contributors_run():
    scripts = [command.split()[0] for command in called(WORKFLOW)]
    assert scripts == [".ci/run", ".ci/package"]
    assert all((ROOT / script).stat().st_mode & 0o100 for script in scripts)


def test_the_workflow_takes_the_versions_of_python_that_the_package_names():
    assert PYTHONS
    assert f"python: {PYTHONS}".replace("'", '"') in WORKFLOW
    assert called(WORKFLOW)[1].split()[1:] == [f"python{version}" for version in PYTHONS]
    assert PROJECT["requires-python"] == f">={PYTHONS[0]}"


def test_hooks_before_a_commit_are_steps_of_the_whole_check():
    entries = re.findall(r"^ +entry: (.*)$", (ROOT / ".pre-commit-config.yaml").read_text(), re.M)
    whole = (ROOT / ".ci" / "run").read_text()
    steps = [entry.replace(" --force-exclude", "") for entry in entries]
    assert len(steps) == 4
    for step in steps:
        assert re.search(rf"^{step}( --check)?$", whole, re.MULTILINE)


def test_the_citation_is_of_this_version():
    text = (ROOT / "CITATION.cff").read_text()
    said = dict(re.findall(r"^([\w-]+): ([^>\n]+)$", text, re.MULTILINE))
    assert said["version"] == symgd.__version__
    assert said["license"] == PROJECT["license"]
    assert f'name: "{PROJECT["authors"][0]["name"]}"' in text
    assert said["cff-version"] == "1.2.0"


def test_fixes_come_for_this_version():
    minor = symgd.__version__.rpartition(".")[0]
    assert f"| {minor} | yes |" in (ROOT / "SECURITY.md").read_text()


def test_the_newest_entry_of_the_changelog_is_this_version():
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == symgd.__version__


@pytest.mark.parametrize("form", [form for form in FORMS if form != "config.yml"])
def test_a_form_for_issues_has_what_hosts_ask_for(form):
    text = (ROOT / ".github" / "ISSUE_TEMPLATE" / form).read_text()
    for key in ("name", "description", "body"):
        assert re.search(rf"^{key}:", text, re.MULTILINE)
    names = re.findall(r"^    id: (\w+)$", text, re.MULTILINE)
    assert len(names) == len(set(names)) == text.count("- type: ")
    assert "required: true" in text


@pytest.mark.parametrize("page", ["SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_of_a_page_at_the_root_lead_somewhere(page):
    targets = re.findall(r"\]\(([^)#:]+)\)", (ROOT / page).read_text())
    assert targets
    assert not [target for target in targets if not (ROOT / target).exists()]
