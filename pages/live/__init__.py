"""Server-sent events: open streams, their tickets and their hub."""
