"""Entry point for WSGI servers; refuses to start without a secret key.

Requirement S5.
"""

from django.core.handlers.wsgi import WSGIHandler

from lambdaserve.startup import start

start()
application = WSGIHandler()
