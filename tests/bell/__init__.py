"""A feature of another package, and its tests."""
