"""Cache of the access tokens that this process has lately checked."""

from __future__ import annotations

from datetime import UTC, datetime

from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken

from lambdaserve.access.credentials.credential_cache import Caller, CredentialCache, ValidCredentials
from lambdaserve.access.credentials.scopes import AccessGrant, scopes_of
from lambdaserve.access.credentials.tokens import SCOPE_CLAIM, decode, has_live_session, user_of
from lambdaserve.access.ratelimit.limits import limit_of


class TokenCache(CredentialCache[AccessToken]):
    """Finds the users of access tokens. They may do what the token names, unless their permission has gone since."""

    def parse(self, text: str) -> AccessToken | None:
        """See ``CredentialCache.parse``."""
        try:
            return decode(AccessToken, text)
        except TokenError:
            return None

    def look_up(self, parsed: AccessToken, now: datetime) -> ValidCredentials | None:
        """See ``CredentialCache.look_up``."""
        user = user_of(parsed)
        if user is None or not has_live_session(parsed, now):
            return None
        scopes = scopes_of(user).intersection(parsed.payload.get(SCOPE_CLAIM, "").split())
        grant = AccessGrant("access token", f"user:{user.pk}", scopes, limit_of(None, None))
        return ValidCredentials(Caller(user, grant), datetime.fromtimestamp(parsed.payload["exp"], UTC))
