"""The serving layer's heart: the time boundary, the merge, and the service that reads, merges and caches."""
