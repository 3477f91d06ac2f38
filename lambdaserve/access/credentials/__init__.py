"""Credentials: API keys, tokens, sessions and passwords, which prove who sends a request.

Only what identifies a caller or limits what they may do enters; how many requests they may send is decided in
``ratelimit``.
"""
