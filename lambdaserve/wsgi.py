"""Entry for WSGI servers; refuses to start without a secret key (S5)."""

from django.core.handlers.wsgi import WSGIHandler

from lambdaserve.startup import start

start()
application = WSGIHandler()
