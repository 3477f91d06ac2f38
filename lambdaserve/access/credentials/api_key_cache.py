"""The API keys that this process knows for the moment (S1)."""

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
"""How exact ``last_used_at`` is."""

_UNKNOWN_DIGEST = "0" * 64

_log = logging.getLogger(__name__)


class ApiKeyCache(CredentialCache[KeyText]):
    """Finds API keys."""

    def parse(self, text: str) -> KeyText | None:
        """See ``CredentialCache.parse``."""
        return KeyText.parsed(text)

    def look_up(self, parsed: KeyText, now: datetime) -> ValidCredentials | None:
        """See ``CredentialCache.look_up``."""
        record = ApiKey.objects.select_related("owner").filter(prefix=parsed.prefix).first()
        # Compared in any case: an unknown prefix takes as long as a wrong secret.
        right = parsed.matches(record.digest if record else _UNKNOWN_DIGEST)
        if record is None or not right or not record.is_valid(now):
            return None
        _record_use(record, parsed, now)
        return ValidCredentials(_bearer(record), record.expires_at)


def _bearer(record: ApiKey) -> Caller:
    limit = limit_of(record.rate, record.burst)
    grant = AccessGrant("API key", f"key:{record.prefix}", frozenset(record.scopes), limit)
    return Caller(record.owner or AnonymousUser(), grant)


def _record_use(record: ApiKey, key: KeyText, now: datetime) -> None:
    """Writes ``last_used_at`` once a minute; a database that can't be written to stops no reader.

    The digest is made anew with it, so that a key in use outlives the pepper that it was drawn under.
    """
    since = now - LAST_USED_RESOLUTION
    if record.last_used_at is not None and record.last_used_at > since:
        return
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=since)
    try:
        ApiKey.objects.filter(stale, pk=record.pk).update(last_used_at=now, digest=key.digest())
    except DatabaseError as error:
        _log.warning("The use of API key %s was not recorded: %s", record.prefix, error)
