"""The MongoDB client, the store behind it, and the listeners that watch its commands.

What speaks MongoDB's protocol on the request path belongs here; only this room and those above it may import pymongo.
"""
