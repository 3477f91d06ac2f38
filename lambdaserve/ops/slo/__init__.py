"""Service level objectives: traffic is counted from the access log or Prometheus, then judged.

One module per source of counts, and one that judges them.
"""
