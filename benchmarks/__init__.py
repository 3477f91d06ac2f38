"""Measures a running service of its own: `make bench`, which is ``python -m benchmarks``."""
