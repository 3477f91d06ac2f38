"""Models of API keys, sessions of tokens, and permissions that belong to no table.

Requirements S1, S2 and S7.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from lambdaserve.access.credentials.api_keys import PREFIX_LENGTH, KeyText
from lambdaserve.access.credentials.scopes import READ, SCOPES
from lambdaserve.access.credentials.sessions import Session
from lambdaserve.access.ratelimit.bucket import MAX_TOKENS

__all__ = ["ApiKey", "Operations", "Session"]


def default_scopes() -> list[str]:
    """Returns the scopes of a key that names none."""
    return [READ]


def check_scopes(value: object) -> None:
    """Raises ``ValidationError`` for anything but a list of known scopes."""
    if not isinstance(value, list) or not all(isinstance(each, str) and each in SCOPES for each in value):
        raise ValidationError(f"Scopes must be a list of some of {', '.join(SCOPES)}.")


_TOKENS = [MinValueValidator(1), MaxValueValidator(MAX_TOKENS)]


class ApiKey(models.Model):
    """A key of the REST API. Its text is shown once, on creation; only a digest of the secret is stored."""

    name = models.CharField(max_length=100, help_text="Who uses it and for what.")
    prefix = models.CharField(max_length=PREFIX_LENGTH, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="api_keys",
        help_text="User as whom its requests act. The key stops working with the user.",
    )
    scopes = models.JSONField(default=default_scopes, validators=[check_scopes], blank=True)
    rate = models.PositiveIntegerField(
        null=True, blank=True, validators=_TOKENS, help_text="Requests per minute. Empty: the service's default."
    )
    burst = models.PositiveIntegerField(
        null=True, blank=True, validators=_TOKENS, help_text="Requests at once. Empty: ten seconds' worth."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="UTC. Empty: never.")
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "API key"
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"

    def issue(self) -> str:
        """Gives an unsaved key a new text and returns it; the key keeps only its prefix and digest."""
        text = KeyText.generate()
        self.prefix, self.digest = text.prefix, text.digest()
        return str(text)

    def is_valid(self, now: datetime) -> bool:
        """Whether requests may use it: not revoked, not expired, and its owner, if any, still active.

        Args:
            now: aware UTC.
        """
        if self.revoked_at is not None or (self.expires_at is not None and self.expires_at <= now):
            return False
        return self.owner is None or self.owner.is_active


class Operations(models.Model):
    """Declares permissions that belong to no table; nothing is stored."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions = (
            ("see_metrics", "Can see the metrics"),
            ("explain_answers", "Can be told how an answer came about"),
            ("manage_stores", "Can manage cache and indexes"),
            ("see_operations", "Can see layers, cache, indexes, batch runs and drift"),
            ("publish_runs", "Can publish batch runs and take them back"),
            ("preview_runs", "Can see batch runs before they are published"),
        )

    def __str__(self) -> str:
        return "operations"
