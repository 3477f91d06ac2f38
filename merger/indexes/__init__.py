"""Indexes and shard keys of the two collections: declared, present, missing, advised."""
