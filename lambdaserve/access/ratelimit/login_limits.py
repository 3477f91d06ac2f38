"""Limits of log-in attempts and wrong tokens, and the limit of pages, in token buckets of their own.

Attempts are counted in the admin and for tokens together: by user name in any spelling, and by address past the trusted
proxies, where one that succeeds is handed back. An attempt beyond its address's limit no longer counts on the name, so
that one address can't lock a user out for long. Requirements S2 and S3.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar, cast

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

from lambdaserve.access.ratelimit.bucket import Limit
from lambdaserve.access.ratelimit.throttle import address_of, lease_table, mark_counted, retry_after, spend_for_page

V = TypeVar("V", bound=Callable[..., Any])

ATTEMPT_MINUTES: Final = 5
"""Minutes in which a limit's attempts come back. Each takes as many tokens, since buckets count by the minute."""


def count_log_in_attempt(request: HttpRequest | Request, name: object) -> int | None:
    """Counts an attempt to log in, or to prove a password otherwise.

    Args:
        request: the attempt to log in.
        name: the user name that was sent, of any type.

    Returns:
        ``None`` where it may go on, else the seconds after which to try again.
    """
    mark_counted(request)
    return _count(_log_in_client(request), settings.LOGIN_LIMIT_ADDRESS) or _count(
        f"log-in-name:{_digest(name)}", settings.LOGIN_LIMIT_USER
    )


def forgive_attempt(request: HttpRequest | Request) -> None:
    """Hands back what an attempt took from its address: the password was right. It stays counted on the name."""
    limit = _attempts(settings.LOGIN_LIMIT_ADDRESS)
    if limit is not None:
        lease_table().hand_back(_log_in_client(request), limit, ATTEMPT_MINUTES)


def count_wrong_token(request: HttpRequest | Request) -> int | None:
    """Counts a token to refresh, verify or revoke that is not valid, as ``count_log_in_attempt`` but by address alone.

    A token that is not valid may name any user: counted by that name, anyone could lock any user out.
    """
    mark_counted(request)
    return _count(f"token-{address_of(request.META)}", settings.LOGIN_LIMIT_ADDRESS)


def limit_page(view: V) -> V:
    """Makes a view raise ``OverLimit`` where its client has no tokens left, or more than ``PAGE_LIMIT`` pages."""

    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        match = request.resolver_match
        spend_for_page(request, (match.namespace or match.url_name) if match else None)
        return view(request, *args, **kwargs)

    return cast("V", limited)


def _log_in_client(request: HttpRequest | Request) -> str:
    return f"log-in-{address_of(request.META)}"


def _attempts(most: int) -> Limit | None:
    return Limit(most, most * ATTEMPT_MINUTES) if most else None


def _count(client: str, most: int) -> int | None:
    limit = _attempts(most)
    if limit is None:
        return None
    admitted, _, wait = lease_table().take_unleased(client, limit, ATTEMPT_MINUTES)
    return None if admitted else retry_after(wait)


def _digest(name: object) -> str:
    # JSON may bring halves of surrogate pairs, which can't be encoded further on.
    whole = str(name)[:1000].encode("utf-8", "replace").decode()
    known = unicodedata.normalize("NFKC", whole).casefold().strip()
    return hashlib.blake2b(known.encode("utf-8", "replace"), digest_size=16).hexdigest()
