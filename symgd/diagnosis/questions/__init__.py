"""The questions that runs are asked: one in each module, a function of a `Case`."""
