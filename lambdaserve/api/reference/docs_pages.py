"""Pages of the API's documentation: the OpenAPI document, Swagger UI and ReDoc.

Requirement A5.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpResponse
from django.utils.decorators import method_decorator
from django.views.generic import TemplateView
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request

from lambdaserve.access.ratelimit.login_limits import limit_page


class SchemaView(SpectacularAPIView):
    """``/api/schema/``: the API's description as JSON or YAML, as ``Accept`` asks.

    It is the same for every client and parameter, and each form is generated once. The package's own view generates it
    for each request, copies ``version`` into a header unchecked and keeps the texts of every ``lang`` it has seen.
    """

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        """The description."""
        renderer = request.accepted_renderer
        content = _description(renderer.format, anonymous_read=settings.ANONYMOUS_READ)
        headers = {"Content-Disposition": f'inline; filename="lambdaserve.{renderer.format}"'}
        return HttpResponse(content, content_type=renderer.media_type, headers=headers)


@cache
def _description(form: str, *, anonymous_read: bool) -> str | bytes:
    """Generates the description as ``json`` or ``yaml``; it depends on whether reading needs a login."""
    document = SchemaView.generator_class().get_schema(public=True)  # type: ignore[no-untyped-call]  # the package's is untyped
    renderers = {each.format: each for each in SchemaView.renderer_classes}
    return renderers[form]().render(document)


# Both readers' own scripts write style elements; their pages relax nothing else of the policy.
_INLINE_STYLES = {"style-src": ["'self'", "'unsafe-inline'"]}


@method_decorator([limit_page, csp_update(_INLINE_STYLES)], name="dispatch")
class SwaggerView(TemplateView):
    """Swagger UI at ``/api/docs/``, with every file served from here."""

    template_name = "docs/swagger.html"


@method_decorator([limit_page, csp_update({**_INLINE_STYLES, "worker-src": ["blob:"]})], name="dispatch")
class RedocView(TemplateView):
    """ReDoc at ``/api/redoc/``, with every file served from here."""

    template_name = "docs/redoc.html"
