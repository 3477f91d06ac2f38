"""Serves title cards. A card whose address names its version is kept by browsers for a year."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from lambdaserve.access.ratelimit.throttle import mark_counted
from merger.contract.fields import LARGEST_COUNT
from pages.cards.catalogue_facts import card_facts
from pages.cards.drawing import CardFacts, draw_card
from pages.frame.page import may_read

_YEAR: Final = "max-age=31536000, immutable"
_MOMENT: Final = "max-age=60"
"""Without the present version: until the catalogue has the movie, or its new facts."""


@require_safe
def title_card(request: HttpRequest, movie_id: int) -> HttpResponse:
    """Answers with a movie's card; a plain one for a movie that the catalogue does not know.

    Raises:
        Http404: no movie can have this id.
    """
    if not may_read(request):
        return HttpResponse("Log in to see this.", status=403, content_type="text/plain")
    if movie_id > LARGEST_COUNT:
        raise Http404
    facts = card_facts(movie_id) or CardFacts()
    is_present = request.GET.get("v") == facts.version
    if is_present:
        mark_counted(request)  # as static files, of which a page needs many and browsers keep all
    reach = "public" if settings.ANONYMOUS_READ else "private"
    return HttpResponse(
        draw_card(facts),
        content_type="image/svg+xml",
        headers={
            "Cache-Control": f"{reach}, {_YEAR if is_present else _MOMENT}",
            "Content-Security-Policy": "default-src 'none'; style-src 'none'",
        },
    )
