"""Sessions of JSON Web Tokens in the SQL database: a log-in begins one, its refresh tokens carry it on."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Final

from django.db import models
from django.db.models.signals import pre_save
from django.dispatch import receiver
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

SESSION_ID_LENGTH: Final = 32
"""Hexadecimal digits of a session's id; the ``jti`` of each of its refresh tokens begins with them."""

_AFTER_HEX_DIGITS = "g"


class SessionTokens(models.QuerySet["Session"]):
    """Refresh tokens of sessions."""

    def of_session(self, session_id: str) -> SessionTokens:
        """Selects the tokens of one session, used ones too."""
        # A range instead of a prefix, for which SQLite would read the whole index.
        return self.filter(jti__gte=session_id, jti__lt=session_id + _AFTER_HEX_DIGITS)

    def unused(self) -> SessionTokens:
        """Selects the tokens that were neither replaced nor revoked."""
        return self.filter(blacklistedtoken__isnull=True)

    def live(self, now: datetime) -> SessionTokens:
        """Selects the newest token of each session that has not ended.

        Args:
            now: aware UTC.
        """
        return self.unused().filter(expires_at__gt=now)


class Session(OutstandingToken):
    """A session, as one of its refresh tokens; the token's text is not stored."""

    objects: ClassVar[Any] = SessionTokens.as_manager()

    class Meta:
        app_label = "access"
        proxy = True
        default_permissions = ("view", "end")
        verbose_name = "session of tokens"
        verbose_name_plural = "sessions of tokens"

    def __str__(self) -> str:
        return f"{self.user} until {self.expires_at:%Y-%m-%d %H:%M} UTC"

    @property
    def session_id(self) -> str:
        """The session's id: the first digits of the token's ``jti``."""
        return self.jti[:SESSION_ID_LENGTH]


def end_session(session_id: str) -> None:
    """Blacklists every unused token of a session; all processes refuse its access tokens within five seconds."""
    # Repeated, since a refresh at the same moment may have replaced a token that was just found.
    while unused := [BlacklistedToken(token=token) for token in Session.objects.of_session(session_id).unused()]:
        BlacklistedToken.objects.bulk_create(unused, ignore_conflicts=True)


@receiver(pre_save, sender=OutstandingToken)
def drop_token_text(sender: type[OutstandingToken], instance: OutstandingToken, **_: object) -> None:
    """Keeps a token's text out of the table, since a reader of the table could use it. Its ``jti`` identifies
    it."""
    instance.token = ""
