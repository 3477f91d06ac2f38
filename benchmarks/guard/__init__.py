"""Guard against slowing down: compares the cost of requests, start and memory with this release's figures."""
