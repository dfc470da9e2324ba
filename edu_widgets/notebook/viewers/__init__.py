"""One person per browser, where several people share a kernel. It knows no feature."""
