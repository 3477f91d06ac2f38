"""Staff's part of the admin: stored documents, and pages for health, freshness, cache, indexes, runs and drift.

What only staff see or do in a browser enters; the reports behind the pages are built in ``ops``.
"""
