"""Who is here, how far people are, and who wants help."""
