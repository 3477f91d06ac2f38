"""The serving layer: the time boundary, the merge, and the service that reads, merges and caches answers."""
