"""``auth/token`` and its relatives: JSON Web Tokens for those who have a user here (S2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import IO, Any, ClassVar

from django.db import close_old_connections
from rest_framework.exceptions import AuthenticationFailed, ParseError, Throttled
from rest_framework.parsers import JSONParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework_simplejwt.exceptions import TokenError

from lambdaserve.access.credentials import tokens
from lambdaserve.access.ratelimit.limits import WHOLE_CATALOGUE
from lambdaserve.access.ratelimit.login_limits import count_log_in_attempt, count_token_attempt
from lambdaserve.api.viewsets import ApiViewSet
from lambdaserve.auth_api.schema import NOTHING, described
from lambdaserve.auth_api.serializers import CredentialsSerializer, PairSerializer, RefreshSerializer, TokenSerializer


class ShallowJSON(JSONParser):
    """JSON with no more brackets in each other than anybody needs."""

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        """What the body says; ``ParseError`` where it is no JSON, or too deep."""
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError("JSON parse error - too deep") from None


class TokenViewSet(ApiViewSet):
    """Tokens: given for a password, replaced, looked at, revoked. Nobody needs credentials to come here."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    parser_classes = (ShallowJSON,)
    throttle_costs: ClassVar[Mapping[str, int]] = {"obtain": WHOLE_CATALOGUE}  # a password takes long to check

    def get_authenticate_header(self, request: Request) -> str:
        """The challenge of a 401."""
        return 'Bearer realm="lambdaserve"'

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """What comes before each action."""
        super().initial(request, *args, **kwargs)
        close_old_connections()  # as Django would before a request

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """The response; nobody keeps it (RFC 6749, section 5.1)."""
        final = super().finalize_response(request, response, *args, **kwargs)
        final["Cache-Control"] = "no-store"
        return final

    @described("obtain", CredentialsSerializer, PairSerializer)
    def obtain(self, request: Request) -> Response:
        """The tokens of a new session."""
        name = request.data.get("username", "") if isinstance(request.data, dict) else ""
        _admit(count_log_in_attempt(request, name))
        credentials = CredentialsSerializer(data=request.data, context={"request": request})
        credentials.is_valid(raise_exception=True)
        return Response(credentials.validated_data)

    @described("refresh", RefreshSerializer, PairSerializer)
    def refresh(self, request: Request) -> Response:
        """The next tokens of a session."""
        return Response(_of(RefreshSerializer, request, tokens.refresh))

    @described("verify", TokenSerializer, NOTHING)
    def verify(self, request: Request) -> Response:
        """Whether a token is valid."""
        _of(TokenSerializer, request, tokens.verify)
        return Response({})

    @described("revoke", RefreshSerializer, NOTHING)
    def revoke(self, request: Request) -> Response:
        """Ends a session."""
        _of(RefreshSerializer, request, tokens.revoke)
        return Response({})


def _of(kind: type[RefreshSerializer | TokenSerializer], request: Request, use: Callable[[str], Any]) -> Any:
    """What is to be had for the token in the request's body."""
    _admit(count_token_attempt(request))
    sent = kind(data=request.data)
    sent.is_valid(raise_exception=True)
    try:
        return use(*sent.validated_data.values())
    except TokenError:
        raise AuthenticationFailed("The token is not valid.") from None


def _admit(wait: int | None) -> None:
    if wait is not None:
        raise Throttled(wait)
