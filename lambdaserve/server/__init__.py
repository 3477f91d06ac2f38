"""``make run``: embedded stores, worker processes and their supervisor."""
