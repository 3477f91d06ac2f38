"""Passwords are looked at by few threads at once (S5).

That takes some 0.3 s of a core each, as it should: whoever sends passwords from many addresses must not keep a worker
from answering all others.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from rest_framework.exceptions import Throttled

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import HttpRequest

RETRY_AFTER_SECONDS = 1
"""Seconds after which somebody else's password has been looked at."""


@cache
def hashing_slots() -> threading.BoundedSemaphore:
    """Half of a worker's threads, one at least."""
    return threading.BoundedSemaphore(max(1, settings.THREADS // 2))


class BoundedModelBackend(ModelBackend):
    """Django's, for as many at once as there are places."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """The user who has this name and password, if any.

        Raises:
            Throttled: every place is taken.
        """
        if not hashing_slots().acquire(blocking=False):
            raise Throttled(RETRY_AFTER_SECONDS)
        try:
            return super().authenticate(request, username, password, **kwargs)
        finally:
            hashing_slots().release()
