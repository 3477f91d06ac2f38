"""Limits of log-in attempts, token requests and page views, counted by django-ratelimit.

Attempts count whether they succeed or not, in the admin and for tokens together: by address past the trusted proxies,
and by user name in any spelling. An attempt beyond its address's limit no longer counts on the name, so that one
address can't lock a user out for long. Requirements S2 and S3.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

from django.conf import settings
from django.http import HttpRequest
from django_ratelimit.core import get_usage
from django_ratelimit.decorators import ratelimit
from rest_framework.request import Request

from lambdaserve.access.ratelimit.throttle import address_of, retry_after

V = TypeVar("V", bound=Callable[..., Any])

ATTEMPT_WINDOW: Final = "5m"
PAGE_WINDOW: Final = "m"


def count_log_in_attempt(request: HttpRequest | Request, name: object) -> int | None:
    """Counts an attempt to log in.

    Args:
        request: the attempt to log in.
        name: the user name that was sent, of any type.

    Returns:
        ``None`` where it may go on, else the seconds after which to try again.
    """
    return _count(request, "log-in", address_of(request.META), settings.LOGIN_LIMIT_ADDRESS) or _count(
        request, "log-in", f"name:{_normalize(name)}", settings.LOGIN_LIMIT_USER
    )


def count_token_attempt(request: HttpRequest | Request) -> int | None:
    """Counts a request to refresh, verify or revoke a token, as ``count_log_in_attempt`` but by address alone.

    A token that has not been checked may name any user: counted by that name, anyone could lock any user out.
    """
    return _count(request, "token", address_of(request.META), settings.LOGIN_LIMIT_ADDRESS)


def _count(request: HttpRequest | Request, group: str, client: str, most: int) -> int | None:
    if not most:
        return None
    usage = get_usage(request, group, key=lambda *_: client, rate=f"{most}/{ATTEMPT_WINDOW}", increment=True)
    return retry_after(usage["time_left"]) if usage["should_limit"] else None


def _normalize(name: object) -> str:
    # JSON may bring halves of surrogate pairs, which can't be encoded further on.
    whole = str(name)[:1000].encode("utf-8", "replace").decode()
    return unicodedata.normalize("NFKC", whole).casefold().strip()


def _pages_rate(group: str, request: HttpRequest) -> str | None:
    return f"{settings.PAGE_LIMIT}/{PAGE_WINDOW}" if settings.PAGE_LIMIT else None


def _page_client(group: str, request: HttpRequest) -> str:
    return address_of(request.META)


def limit_page(view: V) -> V:
    """Makes a view raise ``Ratelimited`` beyond ``PAGE_LIMIT`` views per minute and address, all pages together."""
    return cast("V", _limit(view))


_limit: Final = ratelimit(group="pages", key=_page_client, rate=_pages_rate)
