"""Pages about another publication than the present one: with ``?run=``, those who may see a run before it is published.

Requirement M14.
"""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from lambdaserve.access.credentials.permissions import PreviewAccess
from lambdaserve.access.credentials.scopes import PREVIEW, scopes_of
from lambdaserve.api.parameters import LONGEST_RUN
from merger.errors import NotFound
from merger.standing import preview


def stand(request: HttpRequest) -> str:
    """Lets a page show the run that its address names; returns what to say of it, empty where it names none.

    Raises:
        PermissionDenied: the user may not see it.
        NotFound: there is no such run.
        BadQuery: readers see it already.
        StoreError: from the store.
    """
    run = request.GET.get("run")
    if not run:
        return ""
    if PREVIEW not in scopes_of(request.user):
        raise PermissionDenied(PreviewAccess.message)
    if len(run) > LONGEST_RUN:
        raise NotFound("run", run)
    preview(run)
    return f"This page shows run “{run}”, which is not published. Readers see other numbers."
