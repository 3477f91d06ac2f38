"""``manage.py demo_user``: a first member of staff for a local installation."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand

NAME = "demo"


class Command(BaseCommand):
    help = (
        f"Creates the superuser {NAME!r} with a random password, printed this once, if there is no user at all; "
        f"does nothing otherwise. `manage.py changepassword {NAME}` sets another password."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        users = get_user_model().objects
        if users.exists():
            return
        password = secrets.token_urlsafe(12)
        users.create_superuser(username=NAME, email="", password=password)
        self.stdout.write(f"Staff user for /admin/, shown this once: {NAME}, password {password}")
