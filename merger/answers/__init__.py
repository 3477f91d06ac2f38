"""The merge service: plans, reads, merges and caches one answer. The apps ask this room alone."""
