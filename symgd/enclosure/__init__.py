"""Proven bounds by interval arithmetic: of expressions over boxes, and of eigenvalues."""
