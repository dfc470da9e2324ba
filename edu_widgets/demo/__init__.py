"""The demo: a lesson in JupyterLab, with an instructor, a student and simulated classmates."""
