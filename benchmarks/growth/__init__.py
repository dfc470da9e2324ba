"""A service that grows: from a class to a campus."""
