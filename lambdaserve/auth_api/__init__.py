"""Endpoints under ``auth/``, which obtain, refresh, verify and revoke tokens.

Only what reads a request or describes an answer enters; what a token is, is defined in ``access.credentials``.
"""
