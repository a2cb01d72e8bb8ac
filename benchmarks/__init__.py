"""Scripts that measure on a database of their own, see README.md."""
