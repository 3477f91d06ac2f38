"""The health endpoints and the probes behind them."""
