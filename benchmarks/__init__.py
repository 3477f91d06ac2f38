"""Benchmarks: `make bench` (``python -m benchmarks``) starts a service of its own and measures it."""
