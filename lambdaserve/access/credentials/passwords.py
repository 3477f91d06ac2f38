"""Password checks, limited in how many run at the same time.

A check takes some 0.3 s of a core, as it should. A flood of passwords from many addresses must not keep a worker from
answering everyone else. Requirement S5.
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
"""Retry-After while every slot for a password check is taken."""


@cache
def hashing_slots() -> threading.BoundedSemaphore:
    """Returns the slots for password checks: half of a worker's threads, one at least."""
    return threading.BoundedSemaphore(max(1, settings.THREADS // 2))


class BoundedModelBackend(ModelBackend):
    """Django's backend, which runs only as many password checks at once as there are slots."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """Returns the user who has this name and password, if any.

        Raises:
            Throttled: every slot is taken.
        """
        if not hashing_slots().acquire(blocking=False):
            raise Throttled(RETRY_AFTER_SECONDS)
        try:
            return super().authenticate(request, username, password, **kwargs)
        finally:
            hashing_slots().release()
