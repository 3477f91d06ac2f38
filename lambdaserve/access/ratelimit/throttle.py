"""Throttle of the REST API: a token bucket per API key, else per user, else per address.

Requirement S3.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from lambdaserve.access.credentials.scopes import AccessGrant
from lambdaserve.access.ratelimit.bucket import Limit
from lambdaserve.access.ratelimit.buckets import LocalBuckets, RedisBuckets
from lambdaserve.access.ratelimit.client_address import client_address
from lambdaserve.access.ratelimit.leases import LeaseTable
from lambdaserve.access.ratelimit.limits import CHEAP, limit_of
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


class LeasedTokenBucket(BaseThrottle):
    """Admits a request if its client's bucket has the tokens.

    A viewset names the costs of its actions in ``throttle_costs``; any other request costs ``CHEAP``.
    """

    _wait: float | None = None

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Whether the request is admitted; takes its tokens if so."""
        auth = request.auth
        limit = auth.limit if isinstance(auth, AccessGrant) else limit_of(None, None)
        if limit is None:
            return True
        costs = getattr(view, "throttle_costs", None)
        cost = costs.get(view.action, CHEAP) if costs else CHEAP  # type: ignore[attr-defined]  # viewsets have one
        if not cost:
            return True
        environment = request.META  # read once: the framework's look-up is slow
        if isinstance(auth, AccessGrant):
            client = auth.client
        else:
            user = request.user
            client = f"user:{user.pk}" if user.is_authenticated else address_of(environment)
        self._wait = _spend(environment, client, limit, cost)
        return self._wait is None

    def wait(self) -> float | None:
        """Returns the seconds until a refused request would be admitted."""
        return self._wait


def spend_for_wrong_credentials(request: Request) -> None:
    """Takes a token from the address that sent credentials which are not valid.

    Raises:
        Throttled: it has none left.
    """
    limit = limit_of(None, None)
    if limit is not None:
        wait = _spend(request.META, address_of(request.META), limit, CHEAP)
        if wait is not None:
            raise Throttled(wait)


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


def _spend(environment: dict[str, Any], client: str, limit: Limit, cost: int) -> float | None:
    """Takes tokens; ``None`` where there were enough, else the seconds until there are."""
    admitted, remaining, wait = lease_table().take(client, limit, min(cost, limit.burst))
    reset = None if admitted else retry_after(wait)
    environment[_STATUS_KEY] = LimitStatus(limit, remaining, reset)
    return None if admitted else wait


def address_of(environment: Mapping[str, Any]) -> str:
    """Returns the client of a request without credentials: its address past the trusted proxies."""
    trusted = settings.TRUSTED_PROXIES
    forwarded = environment.get("HTTP_X_FORWARDED_FOR", "") if trusted else ""
    return "address:" + client_address(environment.get("REMOTE_ADDR", ""), forwarded, trusted)
