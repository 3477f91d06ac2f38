"""`manage.py shard_views`: no server here has shards, so a router is stood in for by its replies alone (O6)."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pymongo.errors import OperationFailure

from merger.management.commands import shard_views

TYPED = 'db.getSiblingDB("admin").runCommand({shardCollection: "tests.batch_views", key: {movie_id: "hashed"}})'


class Router:
    """Replies of a `mongos`, and what it was told.

    Args:
        refuses: whether it answers an error to what changes anything.
    """

    def __init__(self, *, refuses: bool = False) -> None:
        self.refuses = refuses
        self.told: list[tuple[str, Mapping[str, Any]]] = []
        self.keys: dict[str, Any] = {}

    @property
    def client(self) -> Router:
        return self

    @property
    def admin(self) -> Part:
        return Part(self, "admin")

    @property
    def config(self) -> dict[str, Router]:
        return {"collections": self}

    def find_one(self, wanted: Mapping[str, str], _: Any) -> Any:
        return self.keys.get(wanted["_id"])

    def __getitem__(self, name: str) -> Part:
        return Part(self, name)

    name = "tests"


class Part:
    """A database or a collection of it."""

    def __init__(self, router: Router, name: str) -> None:
        self.router, self.name = router, name

    def command(self, wanted: Any) -> Any:
        if wanted == "hello":
            return {"msg": "isdbgrid"}
        if wanted == "listShards":
            return {"shards": [{"_id": "one"}, {"_id": "two"}]}
        if self.router.refuses:
            raise OperationFailure("not authorized", 13)
        self.router.told.append((self.name, wanted))
        if "shardCollection" in wanted:
            self.router.keys[wanted["shardCollection"]] = {"key": wanted["key"]}
        return {"ok": 1}

    def index_information(self) -> dict[str, Any]:
        return {"_id_": {"key": [("_id", 1)]}}


def run(monkeypatch: pytest.MonkeyPatch, router: Router, answer: str = "", **options: Any) -> str:
    monkeypatch.setattr(shard_views, "database", lambda: router)
    monkeypatch.setattr("builtins.input", lambda _: answer)
    output = io.StringIO()
    call_command("shard_views", stdout=output, **options)
    return output.getvalue()


def test_a_server_without_shards_is_refused(database: Any) -> None:
    with pytest.raises(CommandError, match=r"no shards: MONGODB_URI must name a mongos"):
        call_command("shard_views", yes=True)
    assert "movie_hashed" not in database["batch_views"].index_information()


def test_a_plan_is_shown_and_nothing_done(monkeypatch: pytest.MonkeyPatch) -> None:
    router = Router()
    assert TYPED in run(monkeypatch, router, plan=True)
    assert router.told == []


def test_it_asks_and_a_no_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    router = Router()
    with pytest.raises(CommandError, match="nothing was changed"):
        run(monkeypatch, router, answer="n")
    assert router.told == []


def test_what_is_shown_is_done_once(monkeypatch: pytest.MonkeyPatch) -> None:
    router = Router()
    said = run(monkeypatch, router, answer="y")
    assert TYPED in said
    assert "over one, two" in said
    assert "4 of 4 done" in said
    assert [where for where, _ in router.told] == ["tests", "admin", "tests", "admin"]
    again = run(monkeypatch, router, yes=True)
    assert "sharded already, over one, two" in again
    assert len(router.told) == 4


def test_a_refusal_of_the_server_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="MongoDB answered with an error"):
        run(monkeypatch, Router(refuses=True), yes=True)
