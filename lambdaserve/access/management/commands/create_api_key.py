"""``manage.py create_api_key``: creates a key of the REST API and prints it once.

Requirement S1.
"""

from __future__ import annotations

from argparse import ArgumentParser
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from lambdaserve.access.credentials.scopes import READ, SCOPES
from lambdaserve.access.models import ApiKey
from lambdaserve.config.kinds import duration


class Command(BaseCommand):
    help = "Creates an API key and prints it. Copy it: only a digest is stored, so it can't be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="who uses the key, and for what")
        parser.add_argument(
            "--scope",
            action="append",
            choices=SCOPES,
            dest="scopes",
            help=f"what the key permits; can be given several times; {READ} by default",
        )
        parser.add_argument("--rate", type=int, help="requests per minute; the service's default if not given")
        parser.add_argument("--burst", type=int, help="requests at once; ten seconds' worth if not given")
        parser.add_argument("--expires", help="a time such as 2027-01-01T00:00Z (UTC) or a duration such as 90d")
        parser.add_argument("--owner", help="user on whose behalf its requests act")

    def handle(self, *args: Any, **options: Any) -> None:
        key = ApiKey(
            name=options["name"],
            scopes=options["scopes"] or [READ],
            rate=options["rate"],
            burst=options["burst"],
            expires_at=_parse_expiry(options["expires"]),
            owner=_find_owner(options["owner"]),
        )
        text = key.issue()
        try:
            key.full_clean()
        except ValidationError as error:
            problems = (f"{name}: {' '.join(texts)}" for name, texts in error.message_dict.items())
            raise CommandError("; ".join(problems)) from None
        key.save()
        self.stdout.write(text)


def _find_owner(name: str | None) -> Any:
    if name is None:
        return None
    users = get_user_model()
    try:
        return users._default_manager.get_by_natural_key(name)  # noqa: SLF001 - Django's documented name for it
    except users.DoesNotExist:
        raise CommandError(f"There is no user {name!r}.") from None


def _parse_expiry(text: str | None) -> datetime | None:
    """Returns the moment, aware UTC, that a text gives as a time or as a duration from now."""
    if text is None:
        return None
    now = timezone.now()
    with suppress(ValueError):
        return now + duration().read(text)
    moment = None
    with suppress(ValueError):
        moment = parse_datetime(text)
    if moment is None:
        raise CommandError(f"--expires takes a time such as 2027-01-01T00:00Z or a duration such as 90d; got {text!r}")
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment <= now:
        raise CommandError(f"--expires is in the past: {text}")
    return moment
