"""A live classroom inside the notebook."""
