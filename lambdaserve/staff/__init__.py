"""Staff's part of the admin: stored documents, and pages for health, freshness, cache, indexes, runs and drift.

Only what staff see or do in a browser belongs here; ``ops`` builds the reports behind the pages.
"""
