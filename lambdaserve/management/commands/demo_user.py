"""``manage.py demo_user``: creates a first staff user for a local installation."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand

NAME = "demo"


class Command(BaseCommand):
    help = (
        f"Creates the superuser {NAME!r} with a random password, which is printed only now, if there are no users yet; "
        f"otherwise does nothing. `manage.py changepassword {NAME}` sets another password."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if password := make_demo_user():
            self.stdout.write(f"Staff user for /admin/ (shown only now): {NAME}, password {password}")


def make_demo_user() -> str | None:
    """Makes the user if there are no users yet.

    Returns:
        Its password; empty if it was there already, ``None`` if there are only other users.
    """
    users = get_user_model().objects
    if users.exists():
        return "" if users.filter(username=NAME).exists() else None
    password = secrets.token_urlsafe(12)
    users.create_superuser(username=NAME, email="", password=password)
    return password
