"""Credentials: API keys, tokens, sessions and passwords, by which a request proves who sends it.

Only what identifies a caller or limits what they may do enters; how often they may ask is ``ratelimit``'s business.
"""
