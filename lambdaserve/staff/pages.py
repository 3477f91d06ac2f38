"""The operations pages of the admin: what the service is doing, and what staff may do about it (O4).

A page is shown to who has ``access.see_operations``. An action is a POST; each needs a permission of its own, is asked
for twice where it takes something away, is entered in the admin's log, and says what it did.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.generic import View

from lambdaserve.access.models import Operations
from lambdaserve.ops.doctor.diagnosis import diagnose
from lambdaserve.ops.doctor.examination import examine
from lambdaserve.ops.reports.registry import REPORTS
from lambdaserve.staff import actions
from lambdaserve.staff.actions import ActionRefused
from lambdaserve.staff.drawing import draw_freshness
from merger import configuration, wiring
from merger.cache.inspection import unpack
from merger.errors import MergerError
from merger.stores.mongo.client import time_limit
from merger.stores.redis.link import RedisTrouble

SEE: Final = "access.see_operations"
MANAGE: Final = "access.manage_stores"
PUBLISH: Final = "access.publish_runs"

PAGE_TIMEOUT_SECONDS: Final = 20.0
"""Seconds that a page waits for MongoDB, in all."""


@dataclass(frozen=True, slots=True)
class Action:
    """Something that staff may do.

    Args:
        needs: permission.
        does: from the posted form to what was done, as a sentence; it raises what ``post`` tells.
        asks: from the posted form to what is asked before, as a question; ``None``: it is done at once.
    """

    needs: str
    does: Callable[[Mapping[str, str]], str]
    asks: Callable[[Mapping[str, str]], str] | None = None


class Page(View):
    """One page.

    Attributes:
        title: of it.
        url_name: within the admin's namespace.
        address: below ``admin/``.
        template: of it.
        report: which of ``REPORTS`` it shows.
        actions: by the name that the form gives.
        site: the admin's.
    """

    title: ClassVar[str]
    url_name: ClassVar[str]
    address: ClassVar[str]
    template: ClassVar[str]
    report: ClassVar[str]
    actions: ClassVar[Mapping[str, Action]] = {}
    site: AdminSite | None = None

    def content(self, request: HttpRequest) -> dict[str, Any]:
        """What the template shows: the report.

        Raises:
            MergerError, RedisTrouble: it can't be found out.
        """
        return {"report": REPORTS[self.report]()}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page, for who may see it."""
        if not request.user.has_perm(SEE):
            raise PermissionDenied
        response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[assignment] # ours are
        return response

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page; one that says so where it can't be made."""
        context = {
            **self._common(request),
            "may": {name: request.user.has_perm(each.needs) for name, each in self.actions.items()},
        }
        try:
            with time_limit(PAGE_TIMEOUT_SECONDS):
                context |= self.content(request)
        except (MergerError, RedisTrouble) as error:
            return TemplateResponse(
                request, "admin/staff/unavailable.html", {**context, "reason": str(error)}, status=503
            )
        return TemplateResponse(request, self.template, context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Does what the form asks for, and goes back to the page."""
        form = {name: str(value).strip() for name, value in request.POST.items()}
        action = self.actions.get(form.get("action", ""))
        if action is None:
            messages.error(request, f"There is no such action; these are: {', '.join(self.actions) or 'none'}.")
            return self._back()
        if not request.user.has_perm(action.needs):
            raise PermissionDenied
        try:
            if action.asks is not None and form.get("confirmed") != "yes":
                return self._question(request, form, action.asks(form))
            done = action.does(form)
        except (ActionRefused, MergerError, RedisTrouble) as error:
            messages.error(request, f"Nothing was done: {error}")
            return self._back()
        self._enter(request, done)
        messages.success(request, done)
        return self._back()

    def _question(self, request: HttpRequest, form: Mapping[str, str], question: str) -> HttpResponse:
        hidden = [(name, value) for name, value in form.items() if name not in ("csrfmiddlewaretoken", "confirmed")]
        context = {**self._common(request), "question": question, "hidden": hidden}
        return TemplateResponse(request, "admin/staff/confirm.html", context)

    def _enter(self, request: HttpRequest, done: str) -> None:
        LogEntry.objects.create(
            user_id=int(request.user.pk or 0),
            content_type=ContentType.objects.get_for_model(Operations),
            object_id=None,
            object_repr=self.title,
            action_flag=CHANGE,
            change_message=done,
        )

    def _common(self, request: HttpRequest) -> dict[str, Any]:
        site = {} if self.site is None else self.site.each_context(request)
        return {**site, "title": self.title, "page_url": self._url, "pages": pages_for(request)}

    @property
    def _url(self) -> str:
        return reverse(f"admin:{self.url_name}")

    def _back(self) -> HttpResponse:
        return HttpResponseRedirect(self._url)


class HealthPage(Page):
    """What is wrong, and what to do about it: the findings of ``manage.py doctor``."""

    title, url_name, address = "Health", "operations-health", "operations/health/"
    template = "admin/staff/health.html"

    def content(self, request: HttpRequest) -> dict[str, Any]:
        """The findings."""
        found = [each.as_dict() for each in diagnose(examine())]
        counts = {level: sum(1 for each in found if each["level"] == level) for level in ("problem", "warning", "ok")}
        return {"findings": found, "counts": counts}


class FreshnessPage(Page):
    """What both layers hold, with the boundary drawn."""

    title, url_name, address = "Freshness", "operations-freshness", "operations/freshness/"
    template = "admin/staff/freshness.html"
    report = "layers"

    def content(self, request: HttpRequest) -> dict[str, Any]:
        """The report and its drawing."""
        content = super().content(request)
        return {**content, "drawing": draw_freshness(content["report"])}


class CachePage(Page):
    """What is cached, and how well."""

    title, url_name, address = "Cache", "operations-cache", "operations/cache/"
    template = "admin/staff/cache.html"
    report = "cache"
    actions: ClassVar[Mapping[str, Action]] = {
        "all": Action(MANAGE, actions.invalidate_all, lambda _: "Have every answer made anew?"),
        "view": Action(MANAGE, actions.invalidate_view),
        "movie": Action(MANAGE, actions.invalidate_movie),
        "warm": Action(MANAGE, actions.warm_most_requested),
    }

    def content(self, request: HttpRequest) -> dict[str, Any]:
        """The report, and one entry where ``key`` names it."""
        key = request.GET.get("key", "").strip()
        entry = unpack(wiring.service().cache, key, configuration.utc_now().timestamp()) if key else None
        if entry is not None:
            entry["answer"] = json.dumps(entry["answer"], indent=2, ensure_ascii=False)
        return {**super().content(request), "key": key, "entry": entry}


class IndexPage(Page):
    """Declared indexes beside real ones."""

    title, url_name, address = "Indexes", "operations-indexes", "operations/indexes/"
    template = "admin/staff/indexes.html"
    report = "indexes"
    actions: ClassVar[Mapping[str, Action]] = {
        "create": Action(MANAGE, actions.create_index, actions.create_index_question),
        "drop": Action(MANAGE, actions.drop_index, actions.drop_index_question),
        "expiry": Action(MANAGE, actions.change_expiry, actions.change_expiry_question),
    }


class RunsPage(Page):
    """Batch runs, and which of them readers see."""

    title, url_name, address = "Batch runs", "operations-runs", "operations/runs/"
    template = "admin/staff/runs.html"
    report = "runs"
    actions: ClassVar[Mapping[str, Action]] = {
        "publish": Action(PUBLISH, actions.publish, actions.publish_question),
        "rollback": Action(PUBLISH, actions.roll_back, actions.roll_back_question),
    }


class DriftPage(Page):
    """How far the layers were apart on days that both have counted."""

    title, url_name, address = "Drift", "operations-drift", "operations/drift/"
    template = "admin/staff/drift.html"
    report = "drift"


PAGES: Final[tuple[type[Page], ...]] = (HealthPage, FreshnessPage, CachePage, IndexPage, RunsPage, DriftPage)


def pages_for(request: HttpRequest) -> list[dict[str, Any]]:
    """The pages as tabs."""
    found = [(page.title, reverse(f"admin:{page.url_name}")) for page in PAGES]
    return [{"title": title, "url": url, "is_current": url == request.path} for title, url in found]
