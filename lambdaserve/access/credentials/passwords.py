"""Password checks, limited in how many run at the same time, together and for one address.

A check takes some 0.3 s of a core, as it should. A flood of passwords from many addresses must not keep a worker from
answering everyone else, and one from a single address must not keep others from logging in. Requirement S5.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from rest_framework.exceptions import Throttled

from lambdaserve.access.ratelimit.client_address import widest_network
from lambdaserve.access.ratelimit.throttle import address_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import HttpRequest
    from rest_framework.request import Request

RETRY_AFTER_SECONDS = 1
"""Retry-After while every place for a password check is taken."""


class HashingPlaces:
    """Places for password checks.

    Args:
        places: how many there are. One address takes all of them but one, where there are several.
    """

    def __init__(self, places: int) -> None:
        self._places = places
        self._most_of_one = max(1, places - 1)
        self._lock = threading.Lock()
        self._taken: Counter[str] = Counter()

    @contextmanager
    def take(self, request: HttpRequest | Request | None) -> Iterator[None]:
        """Takes a place for the address of a request; ``None`` is an address, too.

        Raises:
            Throttled: every place, or the address's share of them, is taken.
        """
        # A customer with many IPv6 networks counts as one address.
        client = "" if request is None else widest_network(address_of(request.META))
        with self._lock:
            if self._taken.total() >= self._places or self._taken[client] >= self._most_of_one:
                raise Throttled(RETRY_AFTER_SECONDS)
            self._taken[client] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[client] -= 1
                self._taken = +self._taken  # without those that have none


@cache
def hashing_places() -> HashingPlaces:
    """Returns the places of this process: half of a worker's threads, one at least."""
    return HashingPlaces(max(1, settings.THREADS // 2))


class BoundedModelBackend(ModelBackend):
    """Django's backend, which runs only as many password checks at once as there are places."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """Returns the user who has this name and password, if any.

        Raises:
            Throttled: there is no place.
        """
        with hashing_places().take(request):
            return super().authenticate(request, username, password, **kwargs)
