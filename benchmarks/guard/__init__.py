"""Compares what requests, the start and memory cost with this release, in units of a floor of the run."""
