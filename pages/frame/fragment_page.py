"""A part of a page by itself, for pages that ask for it again."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.exceptions import ValidationError

from merger.errors import NotFound
from pages.frame import fragments
from pages.frame.page import BrowserPage, may_read


class FragmentPage(BrowserPage):
    """A part of a page by itself, for pages that ask for it again."""

    def get(self, request: HttpRequest, **path: str) -> HttpResponseBase:
        """Its HTML."""
        if not may_read(request):
            return HttpResponse("Log in to read.", status=403, content_type="text/plain")
        query = request.GET.urlencode()
        try:
            found = fragments.render_fragment(f"{path['name']}?{query}" if query else path["name"])
        except (ValidationError, NotFound) as error:
            raise Http404 from error
        return HttpResponse(found.html, headers={"Cache-Control": "no-store"})
