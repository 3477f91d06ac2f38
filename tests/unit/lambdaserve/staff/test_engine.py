"""Database settings of the two engines for stored documents."""

from __future__ import annotations

from typing import Any

from lambdaserve.staff.engine import ANSWER_TIMEOUT_MS, views_database

URI = "mongodb://db.example:27017/?replicaSet=rs0"


def options(engine: str) -> dict[str, Any]:
    entry = views_database(engine, URI, "movies")
    assert entry["NAME"] == "movies"
    found: dict[str, Any] = entry["CLIENT"] if engine == "djongo" else {"host": entry["HOST"], **entry["OPTIONS"]}
    return found


def test_both_engines_read_any_stored_value_within_the_time_limit() -> None:
    for engine, limit in (("mongodb", "timeoutMS"), ("djongo", "socketTimeoutMS")):
        found = options(engine)
        assert found["host"] == URI
        assert found[limit] == ANSWER_TIMEOUT_MS
        assert found["datetime_conversion"] == "DATETIME_AUTO"
        assert found["unicode_decode_error_handler"] == "replace"
        assert found["tz_aware"] is True


def test_the_engine_is_chosen_by_name() -> None:
    assert views_database("mongodb", URI, "movies")["ENGINE"] == "django_mongodb_backend"
    assert views_database("djongo", URI, "movies")["ENGINE"] == "lambdaserve.staff.djongoengine"


def test_djongo_keeps_its_connection_and_does_not_check_schemas() -> None:
    entry = views_database("djongo", URI, "movies")
    assert entry["CONN_MAX_AGE"] > 0
    assert entry["ENFORCE_SCHEMA"] is False
