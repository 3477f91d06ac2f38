"""Serves title cards, and what shared links show. A card whose address names its version is kept for a year."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from lambdaserve.access.ratelimit.login_limits import limit_page
from lambdaserve.access.ratelimit.throttle import mark_counted
from merger.contract.fields import LARGEST_COUNT
from pages.cards.catalogue_facts import card_facts
from pages.cards.drawing import CardFacts, draw_card
from pages.cards.picture import picture_of
from pages.cards.shared import draw_shared, draw_site, version_of
from pages.frame.page import may_read
from pages.sharing.summary import SITE

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
        return _refusal()
    facts = _facts_of(movie_id)
    is_present = request.GET.get("v") == facts.version
    if is_present:
        mark_counted(request)  # as static files, of which a page needs many and browsers keep all
    return HttpResponse(draw_card(facts), content_type="image/svg+xml", headers=_headers(is_present=is_present))


@limit_page
@require_safe
def shared_card(request: HttpRequest, movie_id: int) -> HttpResponseBase:
    """Answers with the picture that a link to a movie's page shows; a plain one for an unknown movie.

    Raises:
        Http404: no movie can have this id.
    """
    if not may_read(request):
        return _refusal()
    facts = _facts_of(movie_id)
    return _picture(request, draw_shared(facts), facts.version)


@limit_page
@require_safe
def shared_site_card(request: HttpRequest) -> HttpResponseBase:
    """Answers with the picture that a link to any other page shows."""
    drawn = draw_site(SITE)
    return _picture(request, drawn, version_of(drawn)) if may_read(request) else _refusal()


def _picture(request: HttpRequest, drawn: str, version: str) -> HttpResponseBase:
    headers = _headers(is_present=request.GET.get("v") == version)
    if settings.ANONYMOUS_READ:
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # other sites show it beside a link
    response = HttpResponse(content_type="image/png", headers=headers | {"ETag": f'"{version}"'})
    # A client that has it costs no picture.
    answer = get_conditional_response(request, etag=response["ETag"], response=response)
    if answer is not response:
        return answer or response
    picture = picture_of(drawn)
    if picture is None:
        headers = {"Cache-Control": "no-store", "Retry-After": "1"}
        return HttpResponse("Many pictures are asked for.", status=503, content_type="text/plain", headers=headers)
    response.content = picture
    return response


def _facts_of(movie_id: int) -> CardFacts:
    if movie_id > LARGEST_COUNT:
        raise Http404
    return card_facts(movie_id) or CardFacts()


def _refusal() -> HttpResponse:
    return HttpResponse("Log in to see this.", status=403, content_type="text/plain")


def _headers(*, is_present: bool) -> dict[str, str]:
    reach = "public" if settings.ANONYMOUS_READ else "private"
    return {
        "Cache-Control": f"{reach}, {_YEAR if is_present else _MOMENT}",
        "Content-Security-Policy": "default-src 'none'; style-src 'none'",
    }
