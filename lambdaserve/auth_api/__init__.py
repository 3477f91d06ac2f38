"""The endpoints under ``auth/``: obtain, refresh, verify and revoke tokens."""
