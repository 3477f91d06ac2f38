"""What all pages have in common: who may read them, what is told in place of one, and tables as files (O5).

Each page asks what the API asks, through the same selectors with the same parameters, so that both share the cache's
entries and no number differs. The address holds all of a page's state.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.decorators import method_decorator
from django.views.generic import View
from rest_framework.exceptions import ValidationError

from lambdaserve import __version__
from lambdaserve.access.ratelimit.login_limits import limit_page
from lambdaserve.api.parameters import QueryParameters
from lambdaserve.staff.pages import SEE
from merger.deadline import deadline
from merger.errors import NotFound
from movies.selectors import genre_search_list
from pages.figures.tables import Table
from pages.frame import fragments
from pages.frame.parts import Part, load_part
from pages.live.reach import stream_origin, stream_url


def may_read(request: HttpRequest) -> bool:
    """Pages are for those for whom the API is (S6)."""
    return settings.ANONYMOUS_READ or request.user.is_authenticated


@method_decorator(limit_page, name="dispatch")
class BrowserPage(View):
    """One page.

    Attributes:
        template: of it.
        parameters: of its address; others are left alone, since mails and campaigns add their own.
        is_open: whether it is for those as well who may not read.
        seconds: that all its answers may wait for MongoDB together; ``None``: as long as one of the API's (F1).
    """

    http_method_names = ["get", "head", "options"]  # noqa: RUF012 - as the framework has it
    template: ClassVar[str]
    parameters: ClassVar[type[QueryParameters]] = QueryParameters
    is_open: ClassVar[bool] = False
    seconds: ClassVar[float | None] = None

    def content(self, values: dict[str, Any], **path: str) -> dict[str, Any]:
        """What the template shows; ``tables`` are what can be downloaded, ``main`` the part without which it fails.

        Raises:
            NotFound, ValidationError: see ``get``.
        """
        raise NotImplementedError

    def get(self, request: HttpRequest, **path: str) -> HttpResponseBase:
        """The page, a fragment of it for htmx, or one of its tables as CSV."""
        if not (self.is_open or may_read(request)):
            return redirect_to_login(request.get_full_path(), reverse("login"))
        try:
            with deadline(self.seconds or settings.MONGODB_TIMEOUT):
                context = self.content(self._values(request), **path)
        except ValidationError as error:
            return _told(request, 400, "This address can't be understood", _reasons(error.detail))
        except NotFound as error:
            return _told(request, 404, f"There is {error}", [], near=_near(error))
        if "download" in request.GET:
            return _download(context.get("tables", ()), request.GET["download"])
        main = context.get("main")
        status = 503 if isinstance(main, Part) and main.failed else 200
        if "topic" in context:
            about: str = context["topic"]
            context |= {"stream": stream_url(request, about), "again": fragments.fragment_url(about)}
        response = render(request, self._template(request), {**common_context(request), **context}, status=status)
        response.headers["Cache-Control"] = "no-cache" if settings.ANONYMOUS_READ else "private, no-cache"
        patch_vary_headers(response, ("Cookie", "HX-Request"))
        return allow_streams(request, response)

    def _values(self, request: HttpRequest) -> dict[str, Any]:
        given = request.GET.copy()
        for name in [name for name in given if name not in self.parameters().fields or given[name] == ""]:
            del given[name]
        values = self.parameters.read(given)
        del values["strict"]  # a page shows what there is, and says what it lacks
        return values

    def _template(self, request: HttpRequest) -> str:
        return self.template


def common_context(request: HttpRequest) -> dict[str, Any]:
    """What every page shows."""
    return {
        **fragments.freshness(),
        "version": __version__,
        "may_read": may_read(request),
        "may_operate": request.user.has_perm(SEE),
        "here": request.path,
        "query": request.GET.urlencode(),
    }


def allow_streams(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The response, whose policy lets it open streams where these are of another origin."""
    origin = stream_origin(request)
    if origin:
        setattr(response, "_csp_update", {"connect-src": ["'self'", origin]})  # noqa: B010 - what csp_update sets
    return response


def tables_of(*pairs: tuple[Any, Part]) -> list[Table]:
    """The tables of those answers that there are."""
    return [make(part.data) for make, part in pairs if part.data]


def genre_names() -> list[str]:
    """Every genre; none while they can't be read: a page is no less for it."""
    part = load_part(genre_search_list)
    return [each["genre"] for each in part.data["genres"]] if part.data else []


def largest_genre() -> str | None:
    part = load_part(genre_search_list)
    found = part.data["genres"] if part.data else []
    return str(max(found, key=lambda each: each["total_movies"])["genre"]) if found else None


def _download(tables: Iterable[Table], name: str) -> HttpResponse:
    for table in tables:
        if table.name == name:
            return HttpResponse(
                table.as_csv(),
                content_type="text/csv; charset=utf-8",
                headers={
                    "Content-Disposition": f'attachment; filename="{name}.csv"',
                    "Cache-Control": "no-store",
                },
            )
    raise Http404


def _told(
    request: HttpRequest, status: int, title: str, reasons: list[str], near: list[tuple[str, str]] | None = None
) -> HttpResponse:
    context = {**common_context(request), "title": title, "reasons": reasons, "near": near or []}
    return render(request, "pages/message.html", context, status=status)


def _near(error: NotFound) -> list[tuple[str, str]]:
    """Names that may have been meant, with where they lead."""
    return [(name, f"{reverse('pages-trending')}?{urlencode({'genre': name})}") for name in error.near]


def _reasons(detail: Any) -> list[str]:
    if isinstance(detail, Mapping):
        return [text for each in detail.values() for text in _reasons(each)]
    if isinstance(detail, list | tuple):
        return [text for each in detail for text in _reasons(each)]
    return [str(detail).replace("`", "")]  # its marks are those of the API's description
