"""Notices that stored data changed, and bumps the generations of the answers that it invalidates.

How an answer is computed or cached must not enter; generations are all that this room knows of the cache.
"""
