"""Validators of both collections: made, changed, kept where they are another owner's, and removed."""

from __future__ import annotations

from merger.migrations_mongo import m0001_validators
from tests.integration.migrations_mongo.work import Reports, Stored

THEIRS = {"$jsonSchema": {"required": ["their_field"]}}


def test_collections_are_created_with_validators_and_keep_them_until_rolled_back(database: Stored) -> None:
    work = Reports().work(database)
    assert not m0001_validators.holds(work)
    m0001_validators.forward(work)
    assert m0001_validators.holds(work)
    assert set(m0001_validators.options_of(database)) == {"batch_views", "speed_views"}
    m0001_validators.backward(work)
    assert not any(options.get("validator") for options in m0001_validators.options_of(database).values())
    assert not m0001_validators.holds(work)


def test_another_validation_level_is_applied_to_existing_collections(database: Stored) -> None:
    m0001_validators.forward(Reports().work(database))
    strict = Reports().work(database, "error")
    assert not m0001_validators.holds(strict)
    m0001_validators.forward(strict)
    actions = {each["validationAction"] for each in m0001_validators.options_of(database).values()}
    assert actions == {"error"}


def test_a_validator_of_another_owner_is_reported_and_kept(database: Stored) -> None:
    database.create_collection("batch_views", validator=THEIRS)
    reports = Reports()
    m0001_validators.forward(reports.work(database))
    assert reports.sentences == ["batch_views has a validator of another owner, which is kept"]
    assert m0001_validators.foreign_validators(database) == ["batch_views"]
    assert m0001_validators.holds(reports.work(database))
    m0001_validators.backward(reports.work(database))
    assert m0001_validators.options_of(database)["batch_views"]["validator"] == THEIRS
