"""From the source of a formula to a compiled loop over lanes, in memory and on disk."""
