"""JSON Web Tokens of simplejwt, which belong to the session that a log-in begins.

A log-in gives a refresh token and an access token. Each refresh replaces the refresh token: the old one is blacklisted,
the new one belongs to the same session (``sid``). If a refresh token is used twice, one of the two users stole it, so
the whole session ends (RFC 9700, section 4.14.2). An access token is valid until it expires, but no longer than its
session. Requirement S2.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar, cast
from uuid import uuid4

from django.contrib.auth.models import update_last_login
from django.db import transaction
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token, UntypedToken

from lambdaserve.access.credentials.scopes import scopes_of
from lambdaserve.access.credentials.sessions import Session, end_session

if TYPE_CHECKING:
    from django.contrib.auth.models import User

T = TypeVar("T", bound=Token)

MAX_LENGTH = 4096
"""Longest text, in characters, that is read as a token; real ones have some 500."""

SESSION_CLAIM, SCOPE_CLAIM = "sid", "scope"
"""Claims: the session's id as in OpenID Connect, and the scopes, separated by blanks, as in RFC 9068."""

_log = logging.getLogger(__name__)


class ReusedRefreshToken(TokenError):
    """A refresh token was used that had been replaced, or whose session has ended."""

    def __init__(self, session_id: str) -> None:
        super().__init__("Token is blacklisted")
        self.session_id = session_id


class SessionToken(RefreshToken):
    """A refresh token whose ``jti`` is its session's id, 32 hexadecimal digits, and 32 more."""

    def set_jti(self) -> None:
        """Gives the token a new ``jti``, and a new session if it has none yet."""
        self.payload["jti"] = self.payload.setdefault(SESSION_CLAIM, uuid4().hex) + uuid4().hex

    def check_blacklist(self) -> None:
        """Raises ``ReusedRefreshToken`` if it is blacklisted, ``TokenError`` if it lacks the claims to check."""
        if not {"jti", SESSION_CLAIM} <= self.payload.keys():
            raise TokenError("Token has no id")
        try:
            super().check_blacklist()
        except TokenError:
            raise ReusedRefreshToken(self.payload[SESSION_CLAIM]) from None

    def replace(self) -> None:
        """Turns this token into its successor and blacklists what it was.

        Raises:
            ReusedRefreshToken: another request replaced it at the same moment.
        """
        _, is_first = cast("tuple[BlacklistedToken, bool]", self.blacklist())
        if not is_first:
            raise ReusedRefreshToken(self.payload[SESSION_CLAIM])
        self.set_jti()
        self.set_exp()
        self.set_iat()
        self.outstand()

    def pair(self, user: User) -> dict[str, str]:
        """Returns it and an access token as texts, with the scopes that the user has now."""
        self.payload[SCOPE_CLAIM] = " ".join(sorted(scopes_of(user)))
        return {"access": str(self.access_token), "refresh": str(self)}


def begin_session(user: User) -> dict[str, str]:
    """Begins a session for a user who has just logged in; returns its first tokens, as ``SessionToken.pair`` does."""
    update_last_login(type(user), user)
    token: SessionToken = SessionToken.for_user(user)  # type: ignore[assignment]  # annotated as of the base
    return token.pair(user)


def refresh(text: str) -> dict[str, str]:
    """Returns the next tokens of a session, as ``SessionToken.pair`` does.

    Args:
        text: a refresh token.

    Raises:
        TokenError: it is not valid, or its user or session is gone; on ``ReusedRefreshToken`` the session has ended.
    """
    try:
        with transaction.atomic():
            token = decode(SessionToken, text)
            user = user_of(token)
            if user is None or not has_live_session(token, timezone.now()):
                raise TokenError("Token is invalid")
            token.replace()
            return token.pair(user)
    except ReusedRefreshToken as error:
        end_session(error.session_id)  # after the transaction, which was undone
        _log.warning("A refresh token was used twice; its session has ended: %s", error.session_id)
        raise


def revoke(text: str) -> None:
    """Ends the session of a refresh token.

    Raises:
        TokenError: it is not valid.
    """
    try:
        session_id = decode(SessionToken, text).payload[SESSION_CLAIM]
    except ReusedRefreshToken as error:
        session_id = error.session_id
    end_session(session_id)


def verify(text: str) -> None:
    """Raises ``TokenError`` for a token of any type that is not valid, or whose session or user is gone."""
    token = decode(UntypedToken, text)
    is_ours = token.payload.get("token_type") in (AccessToken.token_type, SessionToken.token_type)
    is_used = BlacklistedToken.objects.filter(token__jti=token.payload["jti"]).exists()
    if not is_ours or is_used or not has_live_session(token, timezone.now()) or user_of(token) is None:
        raise TokenError("Token is invalid")


def session_of(text: str) -> str:
    """Returns the session of a token of any type that was signed here and has not expired, without the database.

    Raises:
        TokenError: the text is anything else.
    """
    return str(decode(UntypedToken, text).payload[SESSION_CLAIM])


def decode(kind: type[T], text: str) -> T:
    """Returns the token of this type that a text holds, signed here and not expired.

    Raises:
        TokenError: the text is anything else.
    """
    if len(text) > MAX_LENGTH or not text.isascii():
        raise TokenError("Token is invalid")
    try:
        token = kind(text)  # type: ignore[arg-type]  # the package's annotation is of a token, its argument a text
    except RecursionError:  # thousands of nested brackets
        raise TokenError("Token is invalid") from None
    if SESSION_CLAIM not in token.payload:
        raise TokenError("Token has no session")
    return token


def user_of(token: Token) -> User | None:
    """Returns the token's user; ``None`` where the user is gone, inactive, or has changed the password since."""
    try:
        return cast("User", JWTAuthentication().get_user(token))
    except AuthenticationFailed:
        return None


def has_live_session(token: Token, now: datetime) -> bool:
    """Whether the token's session has a refresh token that may still be used.

    Args:
        token: the session's.
        now: aware UTC.
    """
    return Session.objects.of_session(token.payload[SESSION_CLAIM]).live(now).exists()
