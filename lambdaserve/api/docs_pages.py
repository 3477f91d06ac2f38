"""The API's description and its two readers."""

from __future__ import annotations

from functools import cache
from typing import Any

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpResponse
from django.utils.decorators import method_decorator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerSplitView
from rest_framework.request import Request

from lambdaserve.access.ratelimit.login_limits import limit_page


class SchemaView(SpectacularAPIView):
    """``/api/schema/``: the API's description in the form that ``Accept`` asks for (A5).

    It is the same for everybody, whatever else they ask, and each form is made once. The package's own view makes it
    each time, puts ``version`` into a header as it comes and keeps a catalogue of texts for each ``lang`` it ever saw.
    """

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        """The description."""
        renderer = request.accepted_renderer
        return HttpResponse(
            _description(renderer.format, anonymous_read=settings.ANONYMOUS_READ),
            content_type=renderer.media_type,
            headers={"Content-Disposition": f'inline; filename="lambdaserve.{renderer.format}"'},
        )


@cache
def _description(form: str, *, anonymous_read: bool) -> str | bytes:
    """The description as ``json`` or ``yaml``; it tells whether reading needs a login, which the cache's key holds."""
    found = SchemaView.generator_class().get_schema(public=True)  # type: ignore[no-untyped-call]  # the package's is untyped
    renderers = {each.format: each for each in SchemaView.renderer_classes}
    return renderers[form]().render(found)


# Both readers write style elements from their own script; nothing else of the policy is loosened for them.
_STYLED = {"style-src": ["'self'", "'unsafe-inline'"]}


@method_decorator([limit_page, csp_update(_STYLED)], name="dispatch")
class SwaggerView(SpectacularSwaggerSplitView):
    """Swagger UI at ``/api/docs/``, with every file from this server (A5)."""

    template_name = "docs/swagger.html"


@method_decorator([limit_page, csp_update({**_STYLED, "worker-src": ["blob:"]})], name="dispatch")
class RedocView(SpectacularRedocView):
    """ReDoc at ``/api/redoc/``, with every file from this server (A5)."""

    template_name = "docs/redoc.html"
