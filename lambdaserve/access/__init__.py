"""Who may do what, and how often: credentials, permissions, rate limits and their tables."""
