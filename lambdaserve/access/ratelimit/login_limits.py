"""How often somebody may try to log in, and call up pages (S2, S3): counted by django-ratelimit.

Tries count whether they succeed or not, and those in the admin and those for tokens together: by address past the
trusted proxies, and by user name however it is spelled. Whoever is over the limit of their address does not count on
the name any more, so that one address can't keep a user out for long.
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
    """Counts a try to log in.

    Args:
        request: that brings it.
        name: of the user as it was given, of any type.

    Returns:
        ``None`` where it may go on, else the seconds after which to try again.
    """
    return _count(request, "log-in", address_of(request.META), settings.LOGIN_LIMIT_ADDRESS) or _count(
        request, "log-in", f"name:{_normalize(name)}", settings.LOGIN_LIMIT_USER
    )


def count_token_attempt(request: HttpRequest | Request) -> int | None:
    """Counts a request about a token that somebody has; as ``count_log_in_attempt``, by address alone.

    A token names its user only to those who have its signing key: counted by what it says before that is looked at,
    anybody could keep any user out.
    """
    return _count(request, "token", address_of(request.META), settings.LOGIN_LIMIT_ADDRESS)


def _count(request: HttpRequest | Request, group: str, who: str, most: int) -> int | None:
    if not most:
        return None
    usage = get_usage(request, group, key=lambda *_: who, rate=f"{most}/{ATTEMPT_WINDOW}", increment=True)
    return retry_after(usage["time_left"]) if usage["should_limit"] else None


def _normalize(name: object) -> str:
    # JSON may bring halves of characters, which nothing can be made of further on.
    whole = str(name)[:1000].encode("utf-8", "replace").decode()
    return unicodedata.normalize("NFKC", whole).casefold().strip()


def _pages_rate(group: str, request: HttpRequest) -> str | None:
    return f"{settings.PAGE_LIMIT}/{PAGE_WINDOW}" if settings.PAGE_LIMIT else None


def _page_client(group: str, request: HttpRequest) -> str:
    return address_of(request.META)


def limit_page(view: V) -> V:
    """A page's view that raises ``Ratelimited`` beyond ``PAGE_LIMIT`` a minute and address, all pages together."""
    return cast("V", _limit(view))


_limit: Final = ratelimit(group="pages", key=_page_client, rate=_pages_rate)
