"""Cached answers: two tiers, generations, single flight, stale answers.

How an answer is computed and what it contains must not enter: callers pass in a function, which returns bytes.
"""
