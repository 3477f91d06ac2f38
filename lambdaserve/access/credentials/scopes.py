"""What credentials are good for: the scopes of API keys and of tokens (S1, S2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from lambdaserve.access.ratelimit.bucket import Limit

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

READ: Final = "read"
EXPLAIN: Final = "explain"
METRICS: Final = "metrics"
MANAGE: Final = "manage"
SCOPES: Final = {
    READ: "read the API",
    EXPLAIN: "see how an answer came about",
    METRICS: "read the metrics",
    MANAGE: "manage cache and indexes",
}
"""What credentials may be good for."""

PERMISSIONS: Final[Mapping[str, str]] = {
    EXPLAIN: "access.explain_answers",
    METRICS: "access.see_metrics",
    MANAGE: "access.manage_stores",
}
"""The permission, a group's or a user's own, that each scope but ``READ`` comes from."""


class AccessGrant(NamedTuple):
    """What valid credentials admit; ``request.auth`` of their requests.

    Attributes:
        kind: of credentials, as in ``This API key may not read``.
        client: whose token bucket its requests take from.
        scopes: of ``SCOPES``.
        limit: rate and burst; ``None``: none.
    """

    kind: str
    client: str
    scopes: frozenset[str]
    limit: Limit | None


def scopes_of(user: User | AnonymousUser) -> frozenset[str]:
    """What a user may do, however they log in: read, and what their groups and their own permissions say.

    Staff may be told how an answer came about without being permitted to (O2).
    """
    if not user.is_authenticated:
        return frozenset()
    permitted = {scope for scope, permission in PERMISSIONS.items() if user.has_perm(permission)}
    return frozenset({READ, *permitted} | ({EXPLAIN} if user.is_staff else set()))
