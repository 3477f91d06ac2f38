"""Endpoints ``auth/token`` and below: JSON Web Tokens for this service's users.

Requirement S2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import close_old_connections
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework_simplejwt.exceptions import TokenError

from lambdaserve.access.credentials import tokens
from lambdaserve.access.ratelimit.costs import CHEAP
from lambdaserve.access.ratelimit.limits import limit_of
from lambdaserve.access.ratelimit.login_limits import count_log_in_attempt, count_wrong_token, forgive_attempt
from lambdaserve.access.ratelimit.throttle import spend
from lambdaserve.api.bodies import ShallowJSON
from lambdaserve.api.viewsets import ApiViewSet
from lambdaserve.auth_api.schema import EMPTY_OBJECT, describe_action
from lambdaserve.auth_api.serializers import CredentialsSerializer, PairSerializer, RefreshSerializer, TokenSerializer


class TokenViewSet(ApiViewSet):
    """Obtains, refreshes, verifies and revokes tokens, without credentials in a header."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    parser_classes = (ShallowJSON,)
    throttle_classes = ()  # what is wrong is counted by limits of its own, and what is valid on its user

    def get_authenticate_header(self, request: Request) -> str:
        """Returns the challenge of a 401."""
        return 'Bearer realm="lambdaserve"'

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Prepares an action; SQL connections that have become unusable are closed."""
        super().initial(request, *args, **kwargs)
        close_old_connections()  # as Django would before a request

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Marks the response as not to be stored (RFC 6749, section 5.1)."""
        final = super().finalize_response(request, response, *args, **kwargs)
        final["Cache-Control"] = "no-store"
        return final

    @describe_action("obtain", CredentialsSerializer, PairSerializer)
    def obtain(self, request: Request) -> Response:
        """Begins a session and returns its tokens."""
        name = request.data.get("username", "") if isinstance(request.data, dict) else ""
        _raise_if_limited(count_log_in_attempt(request, name))
        credentials = CredentialsSerializer(data=request.data, context={"request": request})
        credentials.is_valid(raise_exception=True)
        forgive_attempt(request)
        return Response(credentials.validated_data)

    @describe_action("refresh", RefreshSerializer, PairSerializer)
    def refresh(self, request: Request) -> Response:
        """Replaces a refresh token with the next tokens of its session."""
        return Response(_use_token(RefreshSerializer, request, tokens.refresh))

    @describe_action("verify", TokenSerializer, EMPTY_OBJECT)
    def verify(self, request: Request) -> Response:
        """Answers 200 for a valid token, 401 for any other."""
        _use_token(TokenSerializer, request, tokens.verify)
        return Response({})

    @describe_action("revoke", RefreshSerializer, EMPTY_OBJECT)
    def revoke(self, request: Request) -> Response:
        """Ends the session of a refresh token."""
        _use_token(RefreshSerializer, request, tokens.revoke)
        return Response({})


def _use_token(kind: type[RefreshSerializer | TokenSerializer], request: Request, use: Callable[[str], Any]) -> Any:
    """Calls a function with the token in the request's body; a 401 where the token is not valid.

    Only tokens that are not valid count on the address, so that valid ones of the same address go on.
    """
    sent = kind(data=request.data)
    sent.is_valid(raise_exception=True)
    (text,) = sent.validated_data.values()
    try:
        wait = spend(request.META, f"session:{tokens.session_of(text)}", limit_of(None, None), CHEAP)
        if wait is not None:
            raise Throttled(wait)
        return use(text)
    except TokenError:
        _raise_if_limited(count_wrong_token(request))
        raise AuthenticationFailed("The token is not valid.") from None


def _raise_if_limited(wait: float | None) -> None:
    if wait is not None:
        raise Throttled(wait)
