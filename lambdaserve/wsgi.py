"""Entry point for WSGI servers; refuses to start without a secret key.

Requirement S5.
"""

from django.core.handlers.wsgi import WSGIHandler

from lambdaserve.startup import start

start()

from lambdaserve.middleware.slow_clients import watch_slow_clients  # noqa: E402 - Django must be set up before it is imported

watch_slow_clients()
application = WSGIHandler()
