"""The floors of the architecture's page and the import contract are one list."""

from __future__ import annotations

from docs.floors import PAGE, TOP, floors, job, page


def test_the_page_is_current():
    assert PAGE.read_text() == page(), "python docs/floors.py writes it"


def test_each_module_has_its_place_and_says_its_job():
    listed = [module for floor in floors() for module in floor]
    assert len(listed) == len(set(listed))
    assert all(job(module) for module in listed)
    for path in (TOP / "symgd").rglob("*.py"):
        module = ".".join(path.relative_to(TOP).with_suffix("").parts).removesuffix(".__init__")
        inside = any(f"{module}.".startswith(f"{name}.") for name in listed)
        around = any(name.startswith(f"{module}.") for name in listed)
        assert inside or around, f"{module} stands on no floor"
