"""Token buckets and log-in limits: how often a client may ask."""
