"""Indexes and shard keys of the two collections: declared, present, missing, advised.

Code that decides on indexes or changes them belongs here; rules for documents do not.
"""
