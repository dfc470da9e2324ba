"""Each host started for real, from an environment of its own: see `__main__`. Not run by pytest."""
