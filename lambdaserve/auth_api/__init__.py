"""Endpoints under ``auth/``, which obtain, refresh, verify and revoke tokens.

Only code that reads requests and describes answers belongs here; ``access.credentials`` defines tokens.
"""
