"""Measurements of speed and accuracy, and the tools that made the library's tables."""

import os

# On a busy machine the threads of SciPy's BLAS wait for each other: its loop takes 10 times longer.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
