"""The people here, their progress, and requests for help."""
