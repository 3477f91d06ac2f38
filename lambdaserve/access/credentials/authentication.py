"""Who asks: the bearer of an API key (S1) or of an access token (S2), or somebody logged in with a browser."""

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
_IN_ENVIRONMENT = "HTTP_X_API_KEY"
_SCHEME = "api-key"
_BEARER = "bearer"
CHALLENGE = f'ApiKey realm="lambdaserve", header="{HEADER}", Bearer realm="lambdaserve"'
"""What a 401 says of the ways to come in."""


@cache
def api_key_cache() -> ApiKeyCache:
    """The keys that this process knows for the moment."""
    # The framework imports this module while it starts, before there are models.
    from lambdaserve.access.credentials.api_key_cache import ApiKeyCache

    return ApiKeyCache(configuration.utc_now)


@cache
def token_cache() -> TokenCache:
    """The bearers of access tokens that this process knows for the moment."""
    from lambdaserve.access.credentials.token_cache import TokenCache

    return TokenCache(configuration.utc_now)


class ApiKeyAuthentication(BaseAuthentication):
    """The header ``X-API-Key``. ``request.auth`` is an ``AccessGrant``, ``request.user`` the key's owner or nobody.

    A key that is not valid is refused even where everybody may read: whoever sends one believes that it works.
    """

    def authenticate(self, request: Request) -> tuple[AbstractBaseUser | AnonymousUser, AccessGrant] | None:
        """Who sends the key, ``None`` where none is sent.

        Raises:
            AuthenticationFailed: it is unknown, wrong, expired or revoked, and nobody is told which.
            Throttled: too many such keys came from that address.
            DatabaseError: the SQL database can't be asked; nobody gets in meanwhile.
        """
        text = self.sent(request)
        if text is None:
            return None
        bearer = api_key_cache().find(text)
        if bearer is None:
            spend_for_wrong_credentials(request)
            raise AuthenticationFailed("The API key is not valid.")
        return bearer

    def sent(self, request: Request) -> str | None:
        """The text of the key, ``None`` where none is sent."""
        text: str | None = request.META.get(_IN_ENVIRONMENT)
        return text

    def authenticate_header(self, request: Request) -> str:
        """The challenge of a 401."""
        return CHALLENGE


class ScraperKey(ApiKeyAuthentication):
    """The same key in ``X-API-Key`` or, as Prometheus can send it, ``Authorization: Api-Key <key>``."""

    def sent(self, request: Request) -> str | None:
        """See ``ApiKeyAuthentication.sent``."""
        scheme, _, credentials = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        in_authorization = credentials.strip() if scheme.lower() == _SCHEME else None
        return in_authorization if in_authorization is not None else super().sent(request)

    def authenticate_header(self, request: Request) -> str:
        """The challenge of a 401."""
        return f'{_SCHEME.title()} realm="lambdaserve"'


class BearerToken(BaseAuthentication):
    """``Authorization: Bearer <access token>``. ``request.auth`` is an ``AccessGrant``, ``request.user`` the token's.

    A token that is not valid is refused even where everybody may read.
    """

    def authenticate(self, request: Request) -> tuple[AbstractBaseUser | AnonymousUser, AccessGrant] | None:
        """Whose token it is, ``None`` where none is sent.

        Raises:
            AuthenticationFailed: it is wrong, expired or revoked, and nobody is told which.
            Throttled: too many such tokens came from that address.
            DatabaseError: the SQL database can't be asked; nobody gets in meanwhile.
        """
        authorization = request.META.get("HTTP_AUTHORIZATION")
        if authorization is None:
            return None
        scheme, _, text = authorization.partition(" ")
        # The server hands a header that is no ASCII on as an empty one: that is a token that is not valid, too.
        if scheme and scheme.lower() != _BEARER:
            return None
        bearer = token_cache().find(text.strip())
        if bearer is None:
            spend_for_wrong_credentials(request)
            raise AuthenticationFailed("The access token is not valid.")
        return bearer

    def authenticate_header(self, request: Request) -> str:
        """The challenge of a 401."""
        return CHALLENGE


class BrowserSession(SessionAuthentication):
    """A login to the admin; a request without cookies is not asked any further."""

    def authenticate(self, request: Request) -> tuple[AbstractBaseUser, None] | None:
        """The user who is logged in, ``None`` where nobody is.

        Raises:
            PermissionDenied: the request would write and comes from another site's page.
        """
        if "HTTP_COOKIE" not in request.META:
            return None
        return super().authenticate(request)
