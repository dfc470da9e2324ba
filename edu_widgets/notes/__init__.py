"""Notes: one's own, and those that are shared with the class."""
