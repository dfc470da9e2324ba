"""Progress: exercises with checks, how far everybody is, what fails, and hints."""
