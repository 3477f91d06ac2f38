"""Cache of the API keys that this process has lately checked."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError
from django.db.models import Q

from lambdaserve.access.credentials.api_keys import KeyText
from lambdaserve.access.credentials.credential_cache import Caller, CredentialCache, ValidCredentials
from lambdaserve.access.credentials.scopes import AccessGrant
from lambdaserve.access.models import ApiKey
from lambdaserve.access.ratelimit.limits import limit_of

LAST_USED_RESOLUTION = timedelta(minutes=1)
"""Shortest time between two writes of a key's ``last_used_at``."""

_UNKNOWN_DIGEST = "0" * 64

_log = logging.getLogger(__name__)


class ApiKeyCache(CredentialCache[KeyText]):
    """Finds the callers of API keys."""

    def parse(self, text: str) -> KeyText | None:
        """See ``CredentialCache.parse``."""
        return KeyText.parse(text)

    def look_up(self, parsed: KeyText, now: datetime) -> ValidCredentials | None:
        """See ``CredentialCache.look_up``."""
        key = ApiKey.objects.select_related("owner").filter(prefix=parsed.prefix).first()
        # Always compared, so that an unknown prefix takes as long as a wrong secret.
        is_right = parsed.matches(key.digest if key else _UNKNOWN_DIGEST)
        if key is None or not is_right or not key.is_valid(now):
            return None
        _record_use(key, parsed, now)
        grant = AccessGrant("API key", f"key:{key.prefix}", frozenset(key.scopes), limit_of(key.rate, key.burst))
        return ValidCredentials(Caller(key.owner or AnonymousUser(), grant), key.expires_at)


def _record_use(key: ApiKey, text: KeyText, now: datetime) -> None:
    """Writes ``last_used_at`` at most once a minute; if the database takes no writes, the request continues.

    The digest is written again with it, so that a key in use outlives the pepper that it was hashed with.
    """
    since = now - LAST_USED_RESOLUTION
    if key.last_used_at is not None and key.last_used_at > since:
        return
    is_due = Q(last_used_at__isnull=True) | Q(last_used_at__lte=since)
    try:
        ApiKey.objects.filter(is_due, pk=key.pk).update(last_used_at=now, digest=text.digest())
    except DatabaseError as error:
        _log.warning("Could not record the use of API key %s: %s", key.prefix, error)
