"""Cached answers: two tiers, generations, single flight, stale answers. Knows nothing of what an answer contains."""
