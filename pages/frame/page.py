"""Base of all pages: access, what a visitor entered, error messages, and tables as CSV files.

A page calls the same selectors with the same parameters as the API, so both share cache entries and show the same
numbers. The URL holds all of a page's state.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.decorators import method_decorator
from django.utils.text import slugify
from django.views.generic import View

from lambdaserve import __version__
from lambdaserve.access.ratelimit.login_limits import limit_page
from lambdaserve.api.error_pages import method_not_allowed_page
from lambdaserve.api.parameters import QueryParameters
from lambdaserve.api.responses import PRIVATE
from lambdaserve.ops.health.report import HEALTHY
from lambdaserve.staff.pages import SEE
from merger.deadline import deadline
from merger.errors import BadQuery, MergerError, NotFound, PrunedRun
from movies.selectors import genre_search_list
from pages.cards.catalogue_facts import site_card_url
from pages.figures.tables import Table
from pages.frame import fragments
from pages.frame.another_run import stand
from pages.frame.entries import Faults, query_with, read_entries, unknown_name
from pages.frame.links import decade_url, genre_url, person_url
from pages.frame.notices import FAILED, OF_AN_OUTAGE
from pages.frame.parts import Part, load_part, say_once
from pages.live.reach import stream_origin, stream_url
from pages.sharing.summary import SITE

RETRY_SECONDS: Final = 15
"""Seconds after which a page that can't be shown is tried again; ``ASK_EVERY`` of ``static/js/pages.js``."""


def may_read(request: HttpRequest) -> bool:
    """Whether the user may read pages: the same rule as for the API."""
    return settings.ANONYMOUS_READ or request.user.is_authenticated


@method_decorator(limit_page, name="dispatch")
class BrowserPage(View):
    """Base class of a page.

    Attributes:
        template: path of its template.
        parameters: query parameters; others are ignored.
        fields: those of them that the template has a field or a switch for, and a place for its faults.
        contradictions: by parameter, what to say if its value contradicts another one.
        is_open: whether users who may not read see it too.
        shows_runs: whether ``run`` in its address chooses the batch run that it shows.
        seconds: limit on MongoDB's time for all its answers together; ``None``: the limit of one API request.
        subject: what can't be shown without the part ``main``, such as ``This movie``; empty: the page shows its
            other parts.
        data_view, data_parameters, data_defaults: the API's view of the same answer, by its URL's name; the page's
            parameters that it takes too; and those that the page asks for by itself.
    """

    http_method_names = ["get", "head", "options"]  # noqa: RUF012 - as the framework has it
    template: ClassVar[str]
    parameters: ClassVar[type[QueryParameters]] = QueryParameters
    fields: ClassVar[tuple[str, ...]] = ()
    contradictions: ClassVar[Mapping[str, str]] = {}
    is_open: ClassVar[bool] = False
    shows_runs: ClassVar[bool] = True
    seconds: ClassVar[float | None] = None
    subject: ClassVar[str] = ""
    data_view: ClassVar[str] = ""
    data_parameters: ClassVar[tuple[str, ...]] = ()
    data_defaults: ClassVar[Mapping[str, Any]] = {}

    def content(self, values: dict[str, Any], **path: str) -> dict[str, Any]:
        """Builds the template's context: its tables can be downloaded; without the part ``main`` the page is a 503.

        ``faults`` in it are added to those of the parameters.

        Raises:
            NotFound: what the path names does not exist, or what a parameter of the same name as its kind names.
        """
        raise NotImplementedError

    def get(self, request: HttpRequest, **path: str) -> HttpResponseBase:
        """Answers with the page, the part of it that htmx asks for, or one of its tables as CSV."""
        if not (self.is_open or may_read(request)):
            return redirect_to_login(request.get_full_path(), reverse("login"))
        try:
            standing = stand(request) if self.shows_runs else ""
            with deadline(self.seconds or settings.MONGODB_TIMEOUT):
                context = self._content(request, **path)
        except MergerError as error:
            return _refused(request, error, path.get("name"))
        faults: Faults = context["faults"]
        if "download" in request.GET and not faults:
            return _download(context, request.GET["download"])
        main = context.get("main")
        status = 503 if isinstance(main, Part) and main.failed else 400 if faults else 200
        if status == 503 and self.subject:
            return self._unavailable(request, context)
        if "topic" in context and not standing:  # the streams show the present
            topic: str = context["topic"]
            context |= {"stream": stream_url(request, topic), "again": fragments.fragment_url(topic)}
        context |= {"standing": standing}
        context = {**common_context(request), **say_once(context), **self._for_others(request, context, **path)}
        if context["services"]["mongodb"]["status"] != HEALTHY:
            context["notices"] = tuple(each for each in context["notices"] if each.fact not in OF_AN_OUTAGE)
        template = self._template(request)
        context |= {"fields": self.fields, "is_part": template != self.template, "entered": request.GET}
        response = render(request, template, context, status=status)
        kept = "no-cache" if settings.ANONYMOUS_READ else "private, no-cache"
        response.headers["Cache-Control"] = PRIVATE if standing else kept
        patch_vary_headers(response, ("Cookie", "HX-Request", "HX-Target"))
        return allow_streams(request, response)

    def describe(self, context: Mapping[str, Any]) -> str:
        """Describes the page in a sentence, for those to whom its link is sent."""
        return SITE

    def picture(self, context: Mapping[str, Any]) -> str:
        """Address of the picture that a link to the page shows: a card of ours, or another site's poster."""
        return site_card_url()

    def data_path(self, **path: str) -> str:
        """Path of the API's answer that the page shows; empty if there is no single one."""
        return reverse(self.data_view, args=[*path.values()]) if self.data_view else ""

    def _for_others(self, request: HttpRequest, context: Mapping[str, Any], **path: str) -> dict[str, Any]:
        """What search engines, other sites and programs need: a sentence, a picture, and addresses."""
        valid = [name for name in self.data_parameters if name not in context["faults"]]
        given = {name: request.GET[name] for name in valid if request.GET.get(name)}
        query = urlencode({**self.data_defaults, **given}, errors="replace")
        data, picture = self.data_path(**path), self.picture(context)
        return {
            "description": self.describe(context),
            "canonical": request.build_absolute_uri(request.path),
            "picture": request.build_absolute_uri(picture),
            "is_card": picture.startswith("/"),
            "data_url": f"{data}?{query}" if query else data,
        }

    def at_hand(self, context: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Names and addresses of pages to offer while the part ``main`` can't be shown."""
        return []

    def _unavailable(self, request: HttpRequest, context: Mapping[str, Any]) -> HttpResponse:
        with deadline(settings.MONGODB_TIMEOUT):
            at_hand = self.at_hand(context)
        shown = {**common_context(request), "subject": self.subject, "at_hand": at_hand}
        response = render(request, "pages/unavailable.html", shown, status=503)
        response.headers["Cache-Control"], response.headers["Retry-After"] = "no-store", str(RETRY_SECONDS)
        return response

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answers a method that pages don't take."""
        return method_not_allowed_page(request, self.http_method_names, "This page can only be read.")

    def _content(self, request: HttpRequest, **path: str) -> dict[str, Any]:
        """The page's content with the faults of what was entered, shown without the values that have them."""
        values, faults = read_entries(self.parameters, request.GET, self.contradictions)
        try:
            context = self.content(values, **path)
        except NotFound as error:
            if error.kind not in values:
                raise
            queries = [query_with(request.GET, error.kind, name) for name in error.near]
            faults[error.kind] = (unknown_name(error, request.GET[error.kind], queries),)
            del values[error.kind]
            context = self.content(values, **path)
        faults |= context.get("faults", {})
        strays = [(name, fault) for name in faults if name not in self.fields for fault in faults[name]]
        return {**context, "faults": faults, "strays": strays}

    def _template(self, request: HttpRequest) -> str:
        return self.template


def common_context(request: HttpRequest) -> dict[str, Any]:
    """Context that every page needs."""
    return {
        **fragments.freshness(),
        "version": __version__,
        "may_read": may_read(request),
        "may_operate": request.user.has_perm(SEE),
        "here": request.path,
        "query": request.GET.urlencode(),
        "data_notice": settings.DATA_NOTICE,
        "data_credit": settings.DATA_CREDIT,
    }


def allow_streams(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Lets the page's content security policy open streams of another origin."""
    origin = stream_origin(request)
    if origin:
        setattr(response, "_csp_update", {"connect-src": ["'self'", origin]})  # noqa: B010 - what csp_update sets
    return response


def genres() -> list[dict[str, Any]]:
    """All genres with their numbers; empty while they can't be read: a page works without them."""
    return load_part(genre_search_list).list_of("genres")


def _download(context: Mapping[str, Any], name: str) -> HttpResponse:
    for table in context.values():
        if isinstance(table, Table) and table.name == name:
            file = file_name(context, name)
            headers = {"Content-Disposition": f'attachment; filename="{file}.csv"', "Cache-Control": "no-store"}
            return HttpResponse(table.as_csv(), content_type="text/csv; charset=utf-8", headers=headers)
    raise Http404


def file_name(context: Mapping[str, Any], table: str) -> str:
    """Names the file of a table after what it is about, such as ``the-matrix-sentiment-30d``."""
    about = (context.get("name") or context.get("genre") or "", table, context.get("window") or "")
    words = (slugify(str(each))[:60].strip("-") for each in about)
    return "-".join(each for each in words if each)


def _message(request: HttpRequest, status: int, title: str, **lists: list[Any]) -> HttpResponse:
    context = {**common_context(request), "title": title, **lists}
    return render(request, "pages/message.html", context, status=status)


def _refused(request: HttpRequest, error: MergerError, named: str | None) -> HttpResponse:
    """The page where something can't be shown: it is unknown, it was pruned, or the database does not answer.

    Args:
        request: the visitor's.
        error: why.
        named: what the address names, as the visitor spelt it.
    """
    if isinstance(error, NotFound):
        is_run = error.kind == "run"
        near = [(name, query_with(request.GET, "run", name)) for name in error.near] if is_run else _near(error)
        found = error if is_run or named is None else error.spelt(named)
        response = _message(request, 404, f"There is {found}", near=near)
    elif isinstance(error, PrunedRun | BadQuery):
        response = _message(request, 404 if isinstance(error, PrunedRun) else 400, f"{error}")
    else:
        response = _message(request, 503, FAILED.text)
    if "run" in request.GET:
        response.headers["Cache-Control"] = PRIVATE
    return response


def _near(error: NotFound) -> list[tuple[str, str]]:
    """Similar names, and the URLs they lead to."""
    if error.kind == "decade":
        return [(f"{name}s", decade_url(int(name))) for name in error.near]
    url = person_url if error.kind in ("person", "actor") else genre_url
    return [(name, url(name)) for name in error.near]
