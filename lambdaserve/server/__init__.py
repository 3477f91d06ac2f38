"""``make run``: embedded stores, server processes and their supervisor.

Only what starts, watches and stops processes may enter; it imports neither Django's settings nor the merger's service.
"""
