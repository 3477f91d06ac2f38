"""Serves one fragment alone, for pages that refresh it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.exceptions import ValidationError

from merger.errors import NotFound
from pages.frame import fragments
from pages.frame.page import BrowserPage, may_read


class FragmentPage(BrowserPage):
    """Serves one fragment alone, for pages that refresh it."""

    def get(self, request: HttpRequest, **path: str) -> HttpResponseBase:
        """Answers with the fragment's HTML."""
        if not may_read(request):
            return HttpResponse("Log in to see this page.", status=403, content_type="text/plain")
        if "run" in request.GET:
            raise Http404  # a fragment shows the present
        query = request.GET.urlencode()
        try:
            rendered = fragments.render_fragment(f"{path['name']}?{query}" if query else path["name"])
        except (ValidationError, NotFound) as error:
            raise Http404 from error
        return HttpResponse(rendered.html, headers={"Cache-Control": "no-store"})
