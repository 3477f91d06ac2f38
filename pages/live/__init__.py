"""Live updates: server-sent event streams, the hub that feeds them, and the tickets that open them.

Only code that the stream process runs, or that links a page to it, goes here.
"""
