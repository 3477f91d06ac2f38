"""Scopes: what API keys and access tokens permit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from lambdaserve.access.ratelimit.bucket import Limit

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

READ: Final = "read"
EXPLAIN: Final = "explain"
PREVIEW: Final = "preview"
METRICS: Final = "metrics"
MANAGE: Final = "manage"
SCOPES: Final = {
    READ: "read the API",
    EXPLAIN: "see how an answer was computed",
    PREVIEW: "see batch runs that readers don't see",
    METRICS: "read the metrics",
    MANAGE: "manage cache and indexes",
}
"""Every scope, and what it permits."""

PERMISSIONS: Final[Mapping[str, str]] = {
    EXPLAIN: "access.explain_answers",
    PREVIEW: "access.preview_runs",
    METRICS: "access.see_metrics",
    MANAGE: "access.manage_stores",
}
"""The permission, a group's or a user's own, that gives each scope but ``READ``."""


class AccessGrant(NamedTuple):
    """The permissions of valid credentials; ``request.auth`` of their requests.

    Attributes:
        kind: the kind of credentials, as in ``This API key may not read``.
        client: whose token bucket its requests take from.
        scopes: some of ``SCOPES``.
        limit: rate and burst; ``None``: none.
    """

    kind: str
    client: str
    scopes: frozenset[str]
    limit: Limit | None


def scopes_of(user: User | AnonymousUser) -> frozenset[str]:
    """Returns what a user may do however they log in: read, and whatever their own and their groups' permissions add.

    Staff may ask for explanations and look at runs without the permission. Requirements O2 and M14.
    """
    if not user.is_authenticated:
        return frozenset()
    permitted = {scope for scope, permission in PERMISSIONS.items() if user.has_perm(permission)}
    return frozenset({READ, *permitted} | ({EXPLAIN, PREVIEW} if user.is_staff else set()))
