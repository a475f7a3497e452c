"""Creases of f, where its kinks meet zero: steps along them, and what points on them are."""
