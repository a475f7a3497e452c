"""Measurements of speed and accuracy, and the tools that made the library's tables."""
