"""The Redis client, for one server, Sentinels or a Cluster, and claims.

What opens a connection to Redis belongs here, and nowhere else.
"""
