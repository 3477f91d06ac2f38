"""Open streams: changed fragments, pushed to those who look at them. A process of its own, since its callers stay."""
