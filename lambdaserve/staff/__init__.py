"""The admin's own pages: stored documents, cache, indexes, runs, freshness."""
