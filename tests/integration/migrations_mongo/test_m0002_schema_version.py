"""Documents without a schema version get the first, and lose it when rolled back."""

from __future__ import annotations

from merger.migrations_mongo import m0002_schema_version
from tests.integration.migrations_mongo.work import Reports, Stored


def test_missing_versions_are_set_to_the_first_and_removed_again(database: Stored) -> None:
    database["batch_views"].insert_many([{"_id": 1}, {"_id": 2, "schema_version": 3}])
    database["speed_views"].insert_one({"_id": 3, "schema_version": None})
    m0002_schema_version.forward(Reports().work(database))
    versions = {each["_id"]: each["schema_version"] for each in database["batch_views"].find()}
    assert versions == {1: 1, 2: 3}
    assert database["speed_views"].find_one() == {"_id": 3, "schema_version": 1}
    m0002_schema_version.backward(Reports().work(database))
    assert list(database["batch_views"].find()) == [{"_id": 1}, {"_id": 2, "schema_version": 3}]
    assert database["speed_views"].find_one() == {"_id": 3}
