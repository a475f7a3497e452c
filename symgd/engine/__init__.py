"""From f and its gradient to compiled runs over a batch of starts."""
