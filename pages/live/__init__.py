"""Live updates: server-sent event streams, the hub that feeds them, and the tickets that open them.

Only what the stream process runs, or what links a page to it, goes here.
"""
