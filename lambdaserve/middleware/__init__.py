"""Code around every request: the API's lane, security headers, slow clients, the request log.

Only middlewares and what they alone need may enter; who may read is decided behind them, in ``lambdaserve.access``.
"""
