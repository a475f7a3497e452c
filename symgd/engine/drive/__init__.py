"""Drives a kernel over a batch of runs: blocks, refill, chunks, threads."""
