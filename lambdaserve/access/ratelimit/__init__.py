"""Rate limits: token buckets of the API's clients, and counts of log-ins and page views.

What a request costs and how much its client has left enters; who the client is, is decided in ``credentials``.
"""
