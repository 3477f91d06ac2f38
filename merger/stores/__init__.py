"""The document store protocol, and the breakers and bulkhead that protect callers from a failing store.

What knows no driver belongs here; the drivers live in ``mongo`` and ``redis``.
"""
