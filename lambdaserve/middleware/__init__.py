"""What runs around every request: lanes, slow clients, the request log."""
