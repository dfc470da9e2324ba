"""Cells: the class follows the code that an instructor runs."""
