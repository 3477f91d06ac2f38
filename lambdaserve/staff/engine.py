"""Database engines with which the admin can read the two collections (``VIEWS_ENGINE``)."""

from __future__ import annotations

from typing import Any, Final

ANSWER_TIMEOUT_MS: Final = 5_000
"""Milliseconds that one query of the admin may take."""

_CLIENT_OPTIONS: Final = {
    # No stored value may make a page fail: see merger/stores/mongo/store.py.
    "tz_aware": True,
    "datetime_conversion": "DATETIME_AUTO",
    "unicode_decode_error_handler": "replace",
    "appname": "lambdaserve-admin",
    "maxPoolSize": 4,
}


def views_database(engine: str, uri: str, database: str) -> dict[str, Any]:
    """Returns the entry of Django's ``DATABASES`` for the two collections.

    Args:
        engine: ``mongodb`` or ``djongo``.
        uri: MongoDB's.
        database: the one that holds both collections.
    """
    if engine == "djongo":
        limits = {"serverSelectionTimeoutMS": ANSWER_TIMEOUT_MS, "socketTimeoutMS": ANSWER_TIMEOUT_MS}
        return {
            "ENGINE": "lambdaserve.staff.djongoengine",
            "NAME": database,
            "ENFORCE_SCHEMA": False,
            "CLIENT": {"host": uri, **limits, **_CLIENT_OPTIONS},
            # djongo has a client per connection: kept, so that not every page opens one.
            "CONN_MAX_AGE": 60,
        }
    return {
        "ENGINE": "django_mongodb_backend",
        "HOST": uri,
        "NAME": database,
        "OPTIONS": {"timeoutMS": ANSWER_TIMEOUT_MS, **_CLIENT_OPTIONS},
    }
