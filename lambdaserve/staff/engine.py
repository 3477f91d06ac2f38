"""The database engines that the admin can read the two collections with (``VIEWS_ENGINE``)."""

from __future__ import annotations

from typing import Any, Final

ANSWER_TIMEOUT_MS: Final = 5_000
"""Milliseconds that one question of the admin may take."""

_READING: Final = {
    # What a producer wrote must not keep a page from being shown: see merger/stores/mongo/store.py.
    "tz_aware": True,
    "datetime_conversion": "DATETIME_AUTO",
    "unicode_decode_error_handler": "replace",
    "appname": "lambdaserve-admin",
    "maxPoolSize": 4,
}


def views_database(engine: str, uri: str, database: str) -> dict[str, Any]:
    """An entry of Django's ``DATABASES``.

    Args:
        engine: ``mongodb`` or ``djongo``.
        uri: of MongoDB.
        database: with both collections.
    """
    if engine == "djongo":
        limits = {"serverSelectionTimeoutMS": ANSWER_TIMEOUT_MS, "socketTimeoutMS": ANSWER_TIMEOUT_MS}
        return {
            "ENGINE": "lambdaserve.staff.djongoengine",
            "NAME": database,
            "ENFORCE_SCHEMA": False,
            "CLIENT": {"host": uri, **limits, **_READING},
            # It has a client for each connection, which would else be made anew for each page.
            "CONN_MAX_AGE": 60,
        }
    return {
        "ENGINE": "django_mongodb_backend",
        "HOST": uri,
        "NAME": database,
        "OPTIONS": {"timeoutMS": ANSWER_TIMEOUT_MS, **_READING},
    }
