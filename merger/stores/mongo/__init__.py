"""Everything that speaks MongoDB's protocol on the request path.

Only this room and its callers above may import pymongo.
"""
