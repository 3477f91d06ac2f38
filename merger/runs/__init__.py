"""Writing of batch runs: lists, publishes, rolls back and prunes them. Readers know them by ``merger/layers``."""
