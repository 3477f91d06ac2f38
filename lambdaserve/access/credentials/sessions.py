"""Sessions of JSON Web Tokens in the SQL database (S2): what a log-in begins and its refresh tokens carry on."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Final

from django.db import models
from django.db.models.signals import pre_save
from django.dispatch import receiver
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

SESSION_ID_LENGTH: Final = 32
"""Hexadecimal digits of a session, with which the ``jti`` of each of its refresh tokens begins."""

_AFTER_HEX_DIGITS = "g"


class SessionTokens(models.QuerySet["Session"]):
    """Refresh tokens of sessions."""

    def of(self, session: str) -> SessionTokens:
        """Those of one session, used ones too."""
        # A range rather than a prefix, for which SQLite would read the whole index.
        return self.filter(jti__gte=session, jti__lt=session + _AFTER_HEX_DIGITS)

    def unused(self) -> SessionTokens:
        """Those that were neither replaced nor ended."""
        return self.filter(blacklistedtoken__isnull=True)

    def live(self, now: datetime) -> SessionTokens:
        """The newest token of each session that goes on.

        Args:
            now: aware UTC.
        """
        return self.unused().filter(expires_at__gt=now)


class Session(OutstandingToken):
    """A session by one of its refresh tokens, which is stored without its text."""

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
    def session(self) -> str:
        """The session's own digits."""
        return self.jti[:SESSION_ID_LENGTH]


def end_session(session: str) -> None:
    """Blacklists what is left of a session; every process refuses its access tokens within five seconds."""
    # Again, since a refresh at the same moment may have replaced what was just found.
    while left := [BlacklistedToken(token=each) for each in Session.objects.of(session).unused()]:
        BlacklistedToken.objects.bulk_create(left, ignore_conflicts=True)


@receiver(pre_save, sender=OutstandingToken)
def drop_token_text(sender: type[OutstandingToken], instance: OutstandingToken, **_: object) -> None:
    """Leaves out of the table what would let its readers in: a token is known again by its ``jti``."""
    instance.token = ""
