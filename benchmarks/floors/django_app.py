"""The Django floor: a bare view with one read of Redis and no middleware."""

from __future__ import annotations

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import re_path

from benchmarks.floors.apps import from_redis

settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="signs nothing", USE_TZ=True)


def one_read(request: HttpRequest) -> HttpResponse:
    """Answers with the stored body."""
    return HttpResponse(from_redis(), content_type="application/json")


urlpatterns = [re_path("", one_read)]
application = get_wsgi_application()
