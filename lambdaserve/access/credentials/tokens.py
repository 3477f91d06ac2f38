"""JSON Web Tokens (S2): simplejwt's, held together by the session that a log-in begins.

A log-in gives a refresh token and an access token. Each refresh replaces the refresh token: the old one is blacklisted,
the new one is of the same session (``sid``). A refresh token that comes a second time was stolen, or its thief was
faster: the whole session ends (RFC 9700, section 4.14.2). An access token is good until it expires, and no longer than
its session.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
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
"""Characters of a token; ours have some 500."""

SESSION_CLAIM, SCOPE_CLAIM = "sid", "scope"
"""Claims: the session as in OpenID Connect, and scopes with blanks between them as in RFC 9068."""

_log = logging.getLogger(__name__)


class ReusedRefreshToken(TokenError):
    """A refresh token that was replaced, or whose session has ended, came again."""

    def __init__(self, session: str) -> None:
        super().__init__("Token is blacklisted")
        self.session = session


class SessionToken(RefreshToken):
    """A refresh token whose ``jti`` begins with its session: 32 hexadecimal digits, and 32 more."""

    def set_jti(self) -> None:
        """A new ``jti``; in a new session where the token has none yet."""
        self.payload["jti"] = self.payload.setdefault(SESSION_CLAIM, uuid4().hex) + uuid4().hex

    def check_blacklist(self) -> None:
        """Raises ``ReusedRefreshToken`` where it is blacklisted, ``TokenError`` where nothing says whether it is."""
        if not {"jti", SESSION_CLAIM} <= self.payload.keys():
            raise TokenError("Token has no id")
        try:
            super().check_blacklist()
        except TokenError:
            raise ReusedRefreshToken(self.payload[SESSION_CLAIM]) from None

    def replace(self) -> None:
        """Becomes its own successor.

        Raises:
            UsedTwice: another request made a successor at the same moment.
        """
        _, is_first = cast("tuple[BlacklistedToken, bool]", self.blacklist())
        if not is_first:
            raise ReusedRefreshToken(self.payload[SESSION_CLAIM])
        self.set_jti()
        self.set_exp()
        self.set_iat()
        self.outstand()

    def pair(self, user: User) -> dict[str, str]:
        """It and an access token, as text, with what the user may do at present."""
        self.payload[SCOPE_CLAIM] = " ".join(sorted(scopes_of(user)))
        return {"access": str(self.access_token), "refresh": str(self)}


def begin_session(user: User) -> dict[str, str]:
    """The first tokens of somebody who has just logged in, as ``SessionToken.pair``."""
    update_last_login(type(user), user)
    token: SessionToken = SessionToken.for_user(user)  # type: ignore[assignment]  # annotated as of the base
    return token.pair(user)


def refresh(text: str) -> dict[str, str]:
    """The next tokens of a session, as ``SessionToken.pair``.

    Args:
        text: a refresh token.

    Raises:
        TokenError: it is not valid, or nobody's any more; ``ReusedRefreshToken`` has ended the session.
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
        end_session(error.session)  # after the transaction, which was undone
        _log.warning("A refresh token came a second time; its session has ended: %s", error.session)
        raise


def revoke(text: str) -> None:
    """Ends the session of a refresh token.

    Raises:
        TokenError: it is not valid.
    """
    try:
        session = decode(SessionToken, text).payload[SESSION_CLAIM]
    except ReusedRefreshToken as error:
        session = error.session
    end_session(session)


def verify(text: str) -> None:
    """Raises ``TokenError`` for a token of any type that is not valid, or whose session or user is none any more."""
    token = decode(UntypedToken, text)
    is_ours = token.payload.get("token_type") in (AccessToken.token_type, SessionToken.token_type)
    is_used = BlacklistedToken.objects.filter(token__jti=token.payload["jti"]).exists()
    if not is_ours or is_used or not has_live_session(token, timezone.now()) or user_of(token) is None:
        raise TokenError("Token is invalid")


def decode(kind: type[T], text: str) -> T:
    """A token of this type that was signed here and has not expired.

    Raises:
        TokenError: it is anything else.
    """
    if len(text) > MAX_LENGTH or not text.isascii():
        raise TokenError("Token is invalid")
    try:
        token = kind(text)  # type: ignore[arg-type]  # the package's annotation is of a token, its argument a text
    except RecursionError:  # thousands of brackets in each other
        raise TokenError("Token is invalid") from None
    if SESSION_CLAIM not in token.payload:
        raise TokenError("Token is of no session")
    return token


def user_of(token: Token) -> User | None:
    """Its user; ``None`` where that is gone, inactive, or has had another password since."""
    try:
        return cast("User", JWTAuthentication().get_user(token))
    except AuthenticationFailed:
        return None


def has_live_session(token: Token, now: datetime) -> bool:
    """Whether its session has a refresh token that may still be used."""
    return Session.objects.of(token.payload[SESSION_CLAIM]).live(now).exists()


def expiry(token: AccessToken) -> datetime:
    """When it expires, aware UTC."""
    return datetime.fromtimestamp(token.payload["exp"], UTC)
