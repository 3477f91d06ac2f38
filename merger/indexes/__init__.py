"""Indexes and shard keys of the two collections: declared, present, missing, advised.

What decides on or changes an index belongs here; what a document must look like does not.
"""
