"""A stand-in for the router of a sharded cluster, of which there is none here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymongo.errors import OperationFailure


class Router:
    """Answers as a `mongos` does, and records the commands that change something.

    Args:
        refuses: whether it refuses these commands.
    """

    def __init__(self, *, refuses: bool = False) -> None:
        self.refuses = refuses
        self.commands: list[tuple[str, Mapping[str, Any]]] = []
        self.keys: dict[str, Any] = {}
        self.indexed: set[str] = set()

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
    """A database of the router, or a collection."""

    def __init__(self, router: Router, name: str) -> None:
        self.router, self.name = router, name

    def command(self, wanted: Any) -> Any:
        if wanted == "hello":
            return {"msg": "isdbgrid"}
        if wanted == "listShards":
            return {"shards": [{"_id": "one"}, {"_id": "two"}]}
        if self.router.refuses:
            raise OperationFailure("not authorized", 13)
        self.router.commands.append((self.name, wanted))
        if "shardCollection" in wanted:
            self.router.keys[wanted["shardCollection"]] = {"key": wanted["key"]}
        return {"ok": 1}

    def index_information(self) -> dict[str, Any]:
        hashed = {"movie_hashed": {"key": [("movie_id", "hashed")]}} if self.name in self.router.indexed else {}
        return {"_id_": {"key": [("_id", 1)]}, **hashed}
