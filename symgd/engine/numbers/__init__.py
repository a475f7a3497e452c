"""Numbers of a lane that write instructions, and the elementary functions made of them."""
