"""f with as many digits as it takes, where doubles cannot tell what a point is."""
