"""Authentication of a request by API key, access token or browser session."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from lambdaserve.access.ratelimit.throttle import spend_for_wrong_credentials
from merger import configuration

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

    from lambdaserve.access.credentials.api_key_cache import ApiKeyCache
    from lambdaserve.access.credentials.scopes import AccessGrant
    from lambdaserve.access.credentials.token_cache import TokenCache

HEADER = "X-API-Key"
_META_KEY = "HTTP_X_API_KEY"
_API_KEY_SCHEME = "api-key"
_BEARER_SCHEME = "bearer"
CHALLENGE = f'ApiKey realm="lambdaserve", header="{HEADER}", Bearer realm="lambdaserve"'
"""``WWW-Authenticate`` of a 401: the accepted kinds of credentials."""


@cache
def api_key_cache() -> ApiKeyCache:
    """Returns this process's cache of API keys."""
    # Imported here: the framework imports this module at its start, when there are no models yet.
    from lambdaserve.access.credentials.api_key_cache import ApiKeyCache

    return ApiKeyCache(configuration.utc_now)


@cache
def token_cache() -> TokenCache:
    """Returns this process's cache of access tokens."""
    from lambdaserve.access.credentials.token_cache import TokenCache

    return TokenCache(configuration.utc_now)


class ApiKeyAuthentication(BaseAuthentication):
    """The header ``X-API-Key``. ``request.auth`` is an ``AccessGrant``, ``request.user`` the key's owner if it has one.

    A key that is not valid is refused even where anonymous callers may read: its sender expects it to work.
    """

    def authenticate(self, request: Request) -> tuple[AbstractBaseUser | AnonymousUser, AccessGrant] | None:
        """Returns who sends the key, ``None`` where none is sent.

        Raises:
            AuthenticationFailed: it is unknown, wrong, expired or revoked; the answer does not say which.
            Throttled: too many such keys came from that address.
            DatabaseError: the SQL database can't be asked; no key is accepted meanwhile.
        """
        text = self.read_key(request)
        if text is None:
            return None
        caller = api_key_cache().find(text)
        if caller is None:
            spend_for_wrong_credentials(request)
            raise AuthenticationFailed("The API key is not valid.")
        return caller

    def read_key(self, request: Request) -> str | None:
        """Returns the text of the key, ``None`` where none is sent."""
        text: str | None = request.META.get(_META_KEY)
        return text

    def authenticate_header(self, request: Request) -> str:
        """Returns the challenge of a 401."""
        return CHALLENGE


class ScraperKey(ApiKeyAuthentication):
    """The same key in ``X-API-Key`` or, as Prometheus can send it, ``Authorization: Api-Key <key>``."""

    def read_key(self, request: Request) -> str | None:
        """See ``ApiKeyAuthentication.read_key``."""
        scheme, _, credentials = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        return credentials.strip() if scheme.lower() == _API_KEY_SCHEME else super().read_key(request)

    def authenticate_header(self, request: Request) -> str:
        """Returns the challenge of a 401."""
        return f'{_API_KEY_SCHEME.title()} realm="lambdaserve"'


class BearerToken(BaseAuthentication):
    """``Authorization: Bearer <access token>``. ``request.auth`` is an ``AccessGrant``, ``request.user`` the token's.

    A token that is not valid is refused even where anonymous callers may read.
    """

    def authenticate(self, request: Request) -> tuple[AbstractBaseUser | AnonymousUser, AccessGrant] | None:
        """Returns whose token it is, ``None`` where none is sent.

        Raises:
            AuthenticationFailed: it is wrong, expired or revoked; the answer does not say which.
            Throttled: too many such tokens came from that address.
            DatabaseError: the SQL database can't be asked; no token is accepted meanwhile.
        """
        authorization = request.META.get("HTTP_AUTHORIZATION")
        if authorization is None:
            return None
        scheme, _, text = authorization.partition(" ")
        # The server passes a header that is not ASCII on as an empty one: that is a token that is not valid, too.
        if scheme and scheme.lower() != _BEARER_SCHEME:
            return None
        caller = token_cache().find(text.strip())
        if caller is None:
            spend_for_wrong_credentials(request)
            raise AuthenticationFailed("The access token is not valid.")
        return caller

    def authenticate_header(self, request: Request) -> str:
        """Returns the challenge of a 401."""
        return CHALLENGE


class BrowserSession(SessionAuthentication):
    """The session of a logged-in browser; a request without cookies is skipped."""

    def authenticate(self, request: Request) -> tuple[AbstractBaseUser, None] | None:
        """Returns the user who is logged in, ``None`` where there is none.

        Raises:
            PermissionDenied: the request would write and comes from another site's page.
        """
        if "HTTP_COOKIE" not in request.META:
            return None
        return super().authenticate(request)
