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
        users = get_user_model().objects
        if users.exists():
            return
        password = secrets.token_urlsafe(12)
        users.create_superuser(username=NAME, email="", password=password)
        self.stdout.write(f"Staff user for /admin/ (shown only now): {NAME}, password {password}")
