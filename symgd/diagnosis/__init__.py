"""What the end of a run is, and why it ended there."""
