"""The privilege that each command of MongoDB needs, after MongoDB's manual, and the roles of ``deploy/mongo``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pymongo.monitoring import CommandListener, CommandStartedEvent

_SCRIPT = (Path(__file__).resolve().parents[3] / "deploy" / "mongo" / "roles.js").read_text(encoding="utf-8")
ROLES: dict[str, dict[str, list[str]]] = json.JSONDecoder().raw_decode(_SCRIPT, _SCRIPT.index("{"))[0]
_FREE = {"ping", "hello", "ismaster", "endsessions", "killcursors", "getmore", "buildinfo", "committransaction"}
"""Commands that every user may send, in lower case; cursors are the user's own."""
_ON_COLLECTION = {
    "find": "find",
    "count": "find",
    "distinct": "find",
    "listIndexes": "listIndexes",
    "createIndexes": "createIndex",
    "dropIndexes": "dropIndex",
    "collMod": "collMod",
    "create": "createCollection",
    "insert": "insert",
    "update": "update",
    "delete": "remove",
}
_ELSEWHERE = {"listCollections": "", "dbStats": "", "listShards": "cluster"}
_STAGES = {"$collStats": ("collStats",), "$indexStats": ("indexStats",), "$changeStream": ("changeStream", "find")}


class UnknownCommand(Exception):
    """A command whose privileges this table does not know; the message names it."""


class Need(NamedTuple):
    """A privilege.

    Attributes:
        resource: a collection, ``""`` for the database, ``cluster`` for the server.
        action: MongoDB's name of it.
    """

    resource: str
    action: str


def needs(name: str, database: str, command: Mapping[str, Any]) -> Iterator[Need]:
    """Yields what a command needs.

    Raises:
        UnknownCommand: this table does not know it.
    """
    target = str(command[name]) if database != "config" else f"config.{command[name]}"
    if name == "explain":
        inner = command["explain"]
        yield from needs(next(iter(inner)), database, inner)
    elif name == "aggregate":
        yield from _of_pipeline(target, command["pipeline"])
    elif name == "shardCollection":
        yield Need(target.partition(".")[2], "enableSharding")
    elif name in _ELSEWHERE:
        yield Need(_ELSEWHERE[name], name)
    elif name in _ON_COLLECTION:
        yield Need(target, _ON_COLLECTION[name])
        if name == "update" and any(each.get("upsert") for each in command["updates"]):
            yield Need(target, "insert")
        if command.get("capped"):
            yield Need(target, "convertToCapped")
    elif name.lower() not in _FREE:
        raise UnknownCommand(f"{name}: which privilege does it need?")


def _of_pipeline(target: str, pipeline: list[Mapping[str, Any]]) -> Iterator[Need]:
    stages = [next(iter(stage)) for stage in pipeline]
    if unknown := {"$lookup", "$unionWith", "$graphLookup", "$out", "$merge", "$facet"} & {*stages}:
        raise UnknownCommand(f"{unknown}: which privileges do they need?")
    first = stages[0] if stages else ""
    if first == "$currentOp":
        yield Need("cluster", "inprog")
        return
    yield from (Need(target, action) for action in _STAGES.get(first, ("find",)))


def lacking(role: str, needed: set[Need]) -> set[Need]:
    """What is needed and the role does not grant."""
    return {each for each in needed if each.action not in ROLES[role].get(each.resource, ())}


class Recorder(CommandListener):
    """Collects the privileges that the commands of a client need."""

    def __init__(self) -> None:
        self.needed: set[Need] = set()
        self.unknown: set[str] = set()

    def clear(self) -> None:
        """Forgets what came until now."""
        self.needed, self.unknown = set(), set()

    def started(self, event: CommandStartedEvent) -> None:
        try:
            self.needed |= set(needs(event.command_name, event.database_name, event.command))
        except UnknownCommand as error:
            self.unknown.add(str(error))

    def succeeded(self, event: Any) -> None:
        """Nothing is recorded."""

    failed = succeeded
