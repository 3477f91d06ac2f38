"""Operations pages of the admin: the state of the service, and actions on it.

Seeing a page needs ``access.see_operations``. An action is a POST and needs a permission of its own; one that removes
something asks for confirmation first. The result is shown and written to the admin's log. Requirement O4.
"""

from __future__ import annotations

import json
from collections import Counter
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
from lambdaserve.ops.reports.contract import contract_report
from lambdaserve.ops.reports.registry import REPORTS
from lambdaserve.staff import actions
from lambdaserve.staff.actions import ActionRefused
from lambdaserve.staff.drawing import draw_freshness
from merger import configuration, wiring
from merger.cache.inspection import unpack
from merger.errors import MergerError
from merger.runs.publisher import NotPublishable
from merger.stores.mongo.client import time_limit
from merger.stores.redis.link import RedisTrouble

SEE: Final = "access.see_operations"
MANAGE: Final = "access.manage_stores"
PUBLISH: Final = "access.publish_runs"

PAGE_TIMEOUT_SECONDS: Final = 20.0
"""Seconds that a page waits for MongoDB in total."""


@dataclass(frozen=True, slots=True)
class Action:
    """One action that a page offers to staff.

    Args:
        permission: the one that it needs.
        run: takes the posted form and returns what it did, as a sentence; its errors are shown on the page.
        question: takes the posted form and returns what to ask before; ``None``: it runs at once.
    """

    permission: str
    run: Callable[[Mapping[str, str]], str]
    question: Callable[[Mapping[str, str]], str] | None = None


class Page(View):
    """Base of a page, which shows a report and offers actions.

    Attributes:
        title: heading, and name of its tab.
        slug: its name in addresses and templates.
        url_name: name of its URL within the admin's namespace; from the slug.
        address: below ``admin/``; from the slug.
        report: name of the report in ``REPORTS`` that it shows.
        actions: the page's actions, by the name in the form's field ``action``.
        site: the admin's site.
    """

    title: ClassVar[str]
    slug: ClassVar[str]
    url_name: ClassVar[str]
    address: ClassVar[str]
    report: ClassVar[str]
    actions: ClassVar[Mapping[str, Action]] = {}
    site: AdminSite | None = None

    def __init_subclass__(cls) -> None:
        cls.url_name, cls.address = f"operations-{cls.slug}", f"operations/{cls.slug}/"

    @classmethod
    def url(cls) -> str:
        """Returns the page's address."""
        return reverse(f"admin:{cls.url_name}")

    def content(self, request: HttpRequest) -> dict[str, Any]:
        """Returns what the template shows: the report.

        Raises:
            MergerError, RedisTrouble: the report can't be built.
        """
        return {"report": REPORTS[self.report]()}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answers users with the permission to see the pages; all others get a 403."""
        if not request.user.has_perm(SEE):
            raise PermissionDenied
        response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[assignment] # ours are
        return response

    def get(self, request: HttpRequest) -> HttpResponse:
        """Shows the page, or a 503 that says why it can't be shown."""
        may = {name: request.user.has_perm(action.permission) for name, action in self.actions.items()}
        context = {**self._common_context(request), "may": may}
        try:
            with time_limit(PAGE_TIMEOUT_SECONDS):
                context |= self.content(request)
        except (MergerError, RedisTrouble) as error:
            context["reason"] = str(error)
            return TemplateResponse(request, "admin/staff/unavailable.html", context, status=503)
        return TemplateResponse(request, f"admin/staff/{self.slug}.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Runs the form's action, or asks before it, and returns to the page."""
        form = {name: str(value).strip() for name, value in request.POST.items()}
        action = self.actions.get(form.get("action", ""))
        if action is None:
            messages.error(request, f"Unknown action. This page has: {', '.join(self.actions) or 'none'}.")
            return self._back()
        if not request.user.has_perm(action.permission):
            raise PermissionDenied
        try:
            if action.question is not None and form.get("confirmed") != "yes":
                return self._ask(request, form, action.question(form))
            done = action.run(form)
        except (ActionRefused, MergerError, RedisTrouble) as error:
            messages.error(request, f"Nothing was changed: {error}")
            return self._back()
        self._log(request, done)
        messages.success(request, done)
        return self._back()

    def _ask(self, request: HttpRequest, form: Mapping[str, str], question: str) -> HttpResponse:
        hidden = [(name, value) for name, value in form.items() if name not in ("csrfmiddlewaretoken", "confirmed")]
        context = {**self._common_context(request), "question": question, "hidden": hidden}
        return TemplateResponse(request, "admin/staff/confirm.html", context)

    def _log(self, request: HttpRequest, done: str) -> None:
        LogEntry.objects.create(
            user_id=int(request.user.pk or 0),
            content_type=ContentType.objects.get_for_model(Operations),
            object_id=None,
            object_repr=self.title,
            action_flag=CHANGE,
            change_message=done,
        )

    def _common_context(self, request: HttpRequest) -> dict[str, Any]:
        site = {} if self.site is None else self.site.each_context(request)
        return {**site, "title": self.title, "page_url": self.url(), "pages": pages_for(request)}

    def _back(self) -> HttpResponse:
        return HttpResponseRedirect(self.url())


class HealthPage(Page):
    """Findings of ``manage.py doctor``: what is wrong, and what to do about it."""

    title, slug = "Health", "health"

    def content(self, request: HttpRequest) -> dict[str, Any]:
        """Returns the findings, and how many there are of each level."""
        findings = diagnose(examine())
        return {"findings": findings, "counts": Counter(finding.level for finding in findings)}


class FreshnessPage(Page):
    """Hours that both layers hold, with the boundary drawn."""

    title, slug = "Freshness", "freshness"
    report = "layers"

    def content(self, request: HttpRequest) -> dict[str, Any]:
        """Returns the report and its drawing."""
        content = super().content(request)
        return {**content, "drawing": draw_freshness(content["report"])}


class CachePage(Page):
    """Contents and hit rates of the cache."""

    title, slug = "Cache", "cache"
    report = "cache"
    actions: ClassVar[Mapping[str, Action]] = {
        "all": Action(MANAGE, actions.invalidate_all, actions.invalidate_all_question),
        "view": Action(MANAGE, actions.invalidate_view),
        "movie": Action(MANAGE, actions.invalidate_movie),
        "warm": Action(MANAGE, actions.warm_most_requested),
    }

    def content(self, request: HttpRequest) -> dict[str, Any]:
        """Returns the report, and the entry that the parameter ``key`` names."""
        key = request.GET.get("key", "").strip()
        entry = unpack(wiring.service().cache, key, configuration.utc_now().timestamp()) if key else None
        if entry is not None:
            entry["answer"] = json.dumps(entry["answer"], indent=2, ensure_ascii=False)
        return {**super().content(request), "key": key, "entry": entry}


class IndexPage(Page):
    """Declared indexes beside those that MongoDB has."""

    title, slug = "Indexes", "indexes"
    report = "indexes"
    actions: ClassVar[Mapping[str, Action]] = {
        "create": Action(MANAGE, actions.create_index, actions.create_index_question),
        "drop": Action(MANAGE, actions.drop_index, actions.drop_index_question),
        "expiry": Action(MANAGE, actions.change_expiry, actions.change_expiry_question),
    }


class RunsPage(Page):
    """Batch runs, with those that readers see."""

    title, slug = "Batch runs", "runs"
    report = "runs"
    actions: ClassVar[Mapping[str, Action]] = {
        "publish": Action(PUBLISH, actions.publish, actions.publish_question),
        "rollback": Action(PUBLISH, actions.roll_back, actions.roll_back_question),
    }

    def content(self, request: HttpRequest) -> dict[str, Any]:
        """Returns the report, and what the gates say about the run that the parameter ``check`` names."""
        run_id, check, reason = request.GET.get("check", "").strip(), None, ""
        try:
            check = wiring.run_publisher().check(run_id) if run_id else None
        except NotPublishable as error:
            reason = str(error)
        return {**super().content(request), "check": check, "unchecked": reason}


class DriftPage(Page):
    """Differences between the layers on days that both have counted."""

    title, slug = "Drift", "drift"
    report = "drift"


class ContractPage(Page):
    """What producers write: fields, types, limits, and the other names that are read."""

    title, slug = "Contract", "contract"

    def content(self, request: HttpRequest) -> dict[str, Any]:
        """Returns the kinds of documents with their fields."""
        return {"kinds": contract_report()}


PAGES: Final = (HealthPage, FreshnessPage, CachePage, IndexPage, RunsPage, DriftPage, ContractPage)


def pages_for(request: HttpRequest) -> list[dict[str, Any]]:
    """Returns the pages as tabs, with the current one marked."""
    return [{"title": page.title, "url": page.url(), "is_current": page.url() == request.path} for page in PAGES]
