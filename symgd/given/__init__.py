"""What the caller said: numbers, boxes, starts, options; checked once, here."""
