"""Compares a new batch with what the speed layer had counted for the same hours."""
