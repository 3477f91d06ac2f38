"""Evaluates recommendations offline, on likes that are simulated from hidden factors."""
