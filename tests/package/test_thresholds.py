"""The page of thresholds is current, says all, and a name means one thing."""

from __future__ import annotations

from collections import Counter

from docs.thresholds import PAGE, page, thresholds


def test_the_page_is_current():
    assert PAGE.read_text() == page(), "python docs/thresholds.py writes it"


def test_each_has_a_unit_and_a_reason():
    for found in thresholds():
        assert found.unit, found
        assert found.reason, found


def test_equal_names_mean_equal_things():
    names = Counter(name for found in thresholds() for name in found.names)
    assert [name for name, count in names.items() if count > 1] == []


def test_the_page_knows_the_present_numbers():
    from symgd.diagnosis.local import TOUCHING
    from symgd.facts.unbounded import _FAR

    values = {name: found.value for found in thresholds() for name in found.names}
    assert (float(values["TOUCHING"]), float(values["_FAR"])) == (TOUCHING, _FAR)
    assert len(values) > 90
