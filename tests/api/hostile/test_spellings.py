"""Other names and types that producers use give the same answers."""

from __future__ import annotations

from typing import Any

from bson import Decimal128, Int64

from tests.api.conftest import Api
from tests.api.documents import Document, beat, movie
from tests.api.healthy_world import MOVIE, OTHER, answers, load_healthy


def respelled(document: Document) -> Document:
    """The same document with other names and types that producers use."""
    found = {name: retyped(name, value) for name, value in document.items() if name not in ("data", "data_type")}
    if "hour" in document:
        return {
            **found,
            "view_type": document["data_type"],
            "stats": {name: retyped(name, value) for name, value in document["data"].items()},
        }
    payload = {name: retyped(name, value) for name, value in document["data"].items()}
    if document["view_type"] == "genre_analytics":
        return {**found, **payload}
    name = {"temporal_analytics": "temporal_trends"}.get(document["view_type"], document["view_type"])
    return {**found, "view_type": name, "stats": payload}


def retyped(name: str, value: Any) -> Any:
    # The layers' own times stay dates: every read has a range of them.
    if name in ("movie_id", "hour", "synced_at", "computed_at", "ttl_expires_at"):
        return value
    if name == "genres":
        return [{"id": number, "name": genre} for number, genre in enumerate(value)]
    if name == "date":
        return f"{value}T00:00:00+00:00"
    if name == "covers_until":
        return value.isoformat()
    if isinstance(value, int):
        return Decimal128(str(value)) if value % 2 else float(value)
    return Decimal128(str(value)) if isinstance(value, float) else value


def test_other_spellings_of_the_same_documents_give_the_same_answers(api: Api) -> None:
    before = load_healthy(api)
    for name in ("batch_views", "speed_views"):
        documents = [{**each} for each in api.database[name].find({}, {"_id": 0})]
        api.database[name].delete_many({})
        api.database[name].insert_many([respelled(each) for each in documents])
    assert answers(api) == before


def test_movie_ids_of_other_numeric_types_name_the_same_movie(api: Api) -> None:
    before = load_healthy(api)
    for name in ("batch_views", "speed_views"):
        for number, kind in ((MOVIE, float), (OTHER, Int64)):
            api.database[name].update_many({"movie_id": number}, {"$set": {"movie_id": kind(number)}})
    assert answers(api) == before


def test_a_document_with_a_huge_run_id_is_read(api: Api) -> None:
    plain = movie(MOVIE, "Fight Club")
    api.load(plain, beat())
    before = api.body(f"movies/{MOVIE}")
    api.database["batch_views"].update_one({"movie_id": MOVIE}, {"$set": {"batch_run_id": "x" * 10_000_000}})
    api.forget()
    assert api.body(f"movies/{MOVIE}") == before


def test_times_as_text_give_the_same_answers(api: Api) -> None:
    before = load_healthy(api)
    for name, times in (("batch_views", ("computed_at",)), ("speed_views", ("hour", "synced_at"))):
        documents = list(api.database[name].find({}, {"_id": 0}))
        api.database[name].delete_many({})
        api.database[name].insert_many(
            [{**each, **{key: each[key].isoformat() for key in times}} for each in documents]
        )
    assert answers(api) == before
