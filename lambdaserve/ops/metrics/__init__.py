"""The Prometheus endpoint and what it collects."""
