"""Cache of the API keys that this process has lately checked."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AnonymousUser

from lambdaserve.access.credentials.api_keys import KeyText
from lambdaserve.access.credentials.credential_cache import Caller, CredentialCache, ValidCredentials
from lambdaserve.access.credentials.key_uses import key_uses
from lambdaserve.access.credentials.scopes import AccessGrant
from lambdaserve.access.models import ApiKey
from lambdaserve.access.ratelimit.limits import limit_of

_UNKNOWN_DIGEST = "0" * 64


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
        key_uses().note(key, parsed, now)
        grant = AccessGrant("API key", f"key:{key.prefix}", frozenset(key.scopes), limit_of(key.rate, key.burst))
        return ValidCredentials(Caller(key.owner or AnonymousUser(), grant), key.expires_at)
