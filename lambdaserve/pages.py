"""The start page and the two readers of the API's description."""

from __future__ import annotations

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularRedocView, SpectacularSwaggerSplitView

from lambdaserve import __version__


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What this service is and where everything lies."""
    return render(request, "start.html", {"version": __version__})


# Both readers write style elements from their own script; nothing else of the policy is loosened for them.
_STYLED = {"style-src": ["'self'", "'unsafe-inline'"]}


@method_decorator(csp_update(_STYLED), name="dispatch")
class SwaggerView(SpectacularSwaggerSplitView):
    """Swagger UI at ``/api/docs/``, with every file from this server (A5)."""

    template_name = "docs/swagger.html"


@method_decorator(csp_update({**_STYLED, "worker-src": ["blob:"]}), name="dispatch")
class RedocView(SpectacularRedocView):
    """ReDoc at ``/api/redoc/``, with every file from this server (A5)."""

    template_name = "docs/redoc.html"
