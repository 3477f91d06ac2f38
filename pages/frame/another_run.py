"""Pages about another publication than the present one: with ``?run=``, a run to come or an earlier one.

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
        StoreError: from the store.
    """
    run = request.GET.get("run")
    if not run:
        return ""
    if PREVIEW not in scopes_of(request.user):
        raise PermissionDenied(PreviewAccess.message)
    if len(run) > LONGEST_RUN:
        raise NotFound("run", run)
    return preview(run)
