"""Creases of f: where its kinks meet zero, what it does along them, and whether it has a minimum there."""
