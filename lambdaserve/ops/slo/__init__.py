"""Service level objectives: counted from logs or Prometheus, and judged."""
