"""Everything that speaks Redis's protocol. Only this room may open a connection to Redis."""
