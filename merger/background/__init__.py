"""The background thread of a worker and its periodic tasks.

Work for a single request must not enter.
"""
