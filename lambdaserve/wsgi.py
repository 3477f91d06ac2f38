"""Entry for WSGI servers; refuses to start without a secret key (S5)."""

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application


def _application() -> WSGIHandler:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lambdaserve.settings")
    try:
        settings.SECRET_KEY  # noqa: B018 - Django refuses an empty one when it is read
    except ImproperlyConfigured as error:
        message = "SECRET_KEY takes a long random text and is unset; nothing is served without it"
        raise ImproperlyConfigured(message) from error
    return get_wsgi_application()


application = _application()
