"""Cached answers: two tiers, generations, single flight, stale answers.

What an answer contains, and how it is computed, must not enter: callers hand in both as bytes and a function.
"""
