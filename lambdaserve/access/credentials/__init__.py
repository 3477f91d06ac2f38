"""API keys, tokens, sessions and passwords: how a request proves who sends it."""
