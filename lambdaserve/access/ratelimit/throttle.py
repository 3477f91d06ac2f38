"""Limits of requests: a token bucket per API key, else per user, else per address, for the API and for pages.

Requirement S3.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from lambdaserve.access.credentials.scopes import AccessGrant
from lambdaserve.access.ratelimit.bucket import Limit
from lambdaserve.access.ratelimit.buckets import LocalBuckets, RedisBuckets
from lambdaserve.access.ratelimit.client_address import client_address
from lambdaserve.access.ratelimit.costs import CHEAP, cost_of
from lambdaserve.access.ratelimit.leases import LeaseTable
from lambdaserve.access.ratelimit.limits import limit_of
from merger.stores.redis.client import redis_link

if TYPE_CHECKING:
    from rest_framework.views import APIView

_STATUS_KEY = "lambdaserve.rate_limit"
_SECOND_US = 1_000_000


class LimitStatus(NamedTuple):
    """The rest of a client's limit; kept in the request's environment for the response's headers.

    Attributes:
        limit: the client's.
        remaining: tokens left.
        reset: seconds until there are enough again after a refusal; ``None``: the request was admitted.
    """

    limit: Limit
    remaining: int
    reset: int | None = None


@cache
def lease_table() -> LeaseTable:
    """Returns the leases of this process."""
    # Deployments that share a Redis have users and addresses of their own.
    deployment = salted_hmac("lambdaserve.access.bucket", "", algorithm="sha256").hexdigest()[:8]
    buckets = RedisBuckets(redis_link(), f"lambdaserve:bucket:{deployment}:")
    renewal = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lease-renewal")
    return LeaseTable(buckets, LocalBuckets(), renewal.submit)


class OverLimit(PermissionDenied):
    """A page's client has no tokens left.

    Args:
        wait: seconds until there are enough.
    """

    def __init__(self, wait: float) -> None:
        super().__init__("over the limit")
        self.wait = wait


class LeasedTokenBucket(BaseThrottle):
    """Admits a request to the API if its client's bucket has the tokens that ``costs`` names for it."""

    _wait: float | None = None

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Whether the request is admitted; takes its tokens if so."""
        auth = request.auth
        environment = request.META  # read once: the framework's look-up is slow
        grant = auth if isinstance(auth, AccessGrant) else None
        limit = grant.limit if grant else limit_of(None, None)
        if limit is None:
            environment[_STATUS_KEY] = None
            return True
        client = grant.client if grant else _sender_of(request)
        match = request.resolver_match
        cost = cost_of(match.url_name if match else None, environment.get("QUERY_STRING", ""))
        self._wait = spend(environment, client, limit, cost)
        return self._wait is None

    def wait(self) -> float | None:
        """Returns the seconds until a refused request would be admitted."""
        return self._wait


def client_of(request: HttpRequest | Request) -> tuple[str, Limit | None]:
    """Returns whose bucket a request takes from, once it is known who sends it, and its limit; ``None``: none."""
    auth = getattr(request, "auth", None)
    if isinstance(auth, AccessGrant):
        return auth.client, auth.limit
    return _sender_of(request), limit_of(None, None)


def _sender_of(request: HttpRequest | Request) -> str:
    user = getattr(request, "user", None)
    return f"user:{user.pk}" if user is not None and user.is_authenticated else address_of(request.META)


def spend(environment: dict[str, Any], client: str, limit: Limit | None, cost: int) -> float | None:
    """Takes tokens; ``None`` where there were enough, else the seconds until there are. The request is counted then.

    Args:
        environment: the request's.
        client: whose tokens.
        limit: the client's; ``None``: none.
        cost: tokens; more than the burst count as the burst.
    """
    if limit is None or not cost:
        environment[_STATUS_KEY] = None
        return None
    admitted, remaining, wait = lease_table().take(client, limit, min(cost, limit.burst))
    environment[_STATUS_KEY] = LimitStatus(limit, remaining, None if admitted else retry_after(wait))
    return None if admitted else wait


def spend_for_page(request: HttpRequest, name: str | None) -> None:
    """Takes the tokens of a page, and one of the client's pages.

    Args:
        request: the page's.
        name: of the page's address, as in ``costs``.

    Raises:
        OverLimit: there are not enough.
    """
    client, limit = client_of(request)
    wait = spend(request.META, client, limit, cost_of(name, request.META.get("QUERY_STRING", "")))
    if wait is None and settings.PAGE_LIMIT:
        pages = Limit(settings.PAGE_LIMIT, settings.PAGE_LIMIT)
        admitted, _, seconds = lease_table().take(f"page-{client}", pages, 1)
        wait = None if admitted else seconds
    if wait is not None:
        raise OverLimit(wait)


def spend_for_wrong_credentials(request: Request) -> None:
    """Takes a token of the wrong credentials of an address, which are counted apart from its other requests.

    Raises:
        Throttled: it has none left.
    """
    wait = spend(request.META, wrong_client_of(request.META), limit_of(None, None), CHEAP)
    if wait is not None:
        raise Throttled(wait)


def wrong_client_of(environment: Mapping[str, Any]) -> str:
    """Returns the bucket that pays for wrong credentials: others at the same address keep theirs."""
    return f"wrong-{address_of(environment)}"


def is_counted(request: HttpRequest | Request) -> bool:
    """Whether a request has taken its tokens, or was found to cost none."""
    return _STATUS_KEY in request.META


def mark_counted(request: HttpRequest | Request) -> None:
    """Says that a request is counted by a limit of its own, so that it takes no tokens."""
    request.META.setdefault(_STATUS_KEY, None)


def rate_limit_headers(request: HttpRequest | Request) -> Iterable[tuple[str, str]]:
    """Returns the headers of the response to a request that was limited, none for any other.

    ``RateLimit-Policy`` and ``RateLimit`` are those of the IETF draft: ``q`` tokens within ``w`` seconds, ``r`` left;
    in ``t`` seconds all of them are back, or after a refusal enough. The other three are their predecessors.
    """
    status: LimitStatus | None = request.META.get(_STATUS_KEY)
    if status is None:
        return ()
    limit, left, reset = status
    if reset is None:
        reset = -(-limit.refill(max(limit.burst - left, 0)) // _SECOND_US)
    quota, policy = _policy(limit)
    remaining, seconds = str(left), str(reset)
    return (
        ("RateLimit-Policy", policy),
        ("RateLimit", f'"default";r={remaining};t={seconds}'),
        ("RateLimit-Limit", quota),
        ("RateLimit-Remaining", remaining),
        ("RateLimit-Reset", seconds),
    )


def retry_after(wait: float | None) -> int:
    """Rounds a wait up to whole seconds, 1 at least."""
    return max(1, math.ceil(wait or 0))


@lru_cache(1024)
def _policy(limit: Limit) -> tuple[str, str]:
    window = -(-limit.refill(limit.burst) // _SECOND_US)
    return str(limit.burst), f'"default";q={limit.burst};w={window}'


def address_of(environment: Mapping[str, Any]) -> str:
    """Returns the client of a request without credentials: its address past the trusted proxies."""
    trusted = settings.TRUSTED_PROXIES
    forwarded = environment.get("HTTP_X_FORWARDED_FOR", "") if trusted else ""
    return "address:" + client_address(environment.get("REMOTE_ADDR", ""), forwarded, trusted)
