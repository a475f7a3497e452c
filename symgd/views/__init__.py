"""How results look: pure functions of a result's data."""
