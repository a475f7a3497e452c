"""From checked arguments to results: descent, verdicts, distinct minima."""
