"""Changes of the records of runs are made one after the other, each as a whole, whatever is killed; on a real store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from pymongo.collection import Collection
from pymongo.database import Database

from merger.errors import StoreUnavailable
from merger.layers.publication import JOURNAL, PUBLISHED, ROLLED_BACK, RUN_KEY, RUNS, Publication
from merger.runs import journal as module
from merger.runs.journal import Journal, Record
from tests.unit.merger.documents import at

NOW = at("2026-03-10 10:30")


class Killed(BaseException):
    """Stands for the end of a process."""


def changed(number: int, **statuses: str) -> list[Record]:
    stamp = NOW + timedelta(minutes=number)
    return [{"_id": run, RUN_KEY: run, "status": status, "updated_at": stamp} for run, status in statuses.items()]


def seen(database: Database[dict[str, Any]]) -> set[Any]:
    return set(Publication.of(database[RUNS].find()).published)


def kill(monkeypatch: pytest.MonkeyPatch, at_write: int, *, written: bool) -> None:
    """Lets a process end at one of its writes, before or after the server has got it."""
    update_one, number = Collection.update_one, 0

    def update(*arguments: Any, **options: Any) -> Any:
        nonlocal number
        number += 1
        result = update_one(*arguments, **options) if number < at_write or written else None
        if number == at_write:
            raise Killed
        return result

    monkeypatch.setattr(Collection, "update_one", update)


@pytest.mark.parametrize("written", [False, True])
@pytest.mark.parametrize("at_write", [1, 2, 3, 4])
def test_a_process_that_ends_at_any_write_leaves_all_of_a_change_or_nothing(
    database: Database[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, at_write: int, written: bool
) -> None:
    Journal(database).change(lambda _: changed(1, a=PUBLISHED, b=PUBLISHED))
    kill(monkeypatch, at_write, written=written)
    with pytest.raises(Killed):
        Journal(database).change(lambda _: changed(2, a=ROLLED_BACK, c=PUBLISHED))
    monkeypatch.undo()
    came = at_write > 1 or written
    assert seen(database) == ({"b", "c"} if came else {"a", "b"})
    Journal(database).change(lambda _: changed(3, b=ROLLED_BACK))
    assert seen(database) == ({"c"} if came else {"a"})
    assert database[RUNS].count_documents({RUN_KEY: "a"}) == 1


def test_a_change_is_decided_again_if_another_one_came_first(database: Database[dict[str, Any]]) -> None:
    found: list[list[str]] = []

    def decide(records: Sequence[Record]) -> list[Record]:
        found.append(sorted(record[RUN_KEY] for record in records))
        if len(found) == 1:
            Journal(database).change(lambda _: changed(1, other=PUBLISHED))
        return changed(2, own=PUBLISHED)

    Journal(database).change(decide)
    assert found == [[], ["other"]]
    assert seen(database) == {"other", "own"}


def test_a_process_that_was_paused_undoes_nothing_newer(
    database: Database[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    paused, write = Journal(database), Journal._write

    def overtaken(self: Journal, wanted: Any, content: Record) -> bool:
        if content.get(RUN_KEY) == "a" and self is paused:
            Journal(database).change(lambda _: changed(2, a=ROLLED_BACK, b=PUBLISHED))
        return write(self, wanted, content)

    monkeypatch.setattr(Journal, "_write", overtaken)
    paused.change(lambda _: changed(1, a=PUBLISHED))
    assert seen(database) == {"b"}
    assert {each[RUN_KEY]: each["status"] for each in Journal(database).records() if each[RUN_KEY]} == {
        "a": ROLLED_BACK,
        "b": PUBLISHED,
    }


def test_a_change_that_is_always_late_is_given_up(
    database: Database[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ATTEMPTS", 3)
    calls = 0

    def decide(_: Sequence[Record]) -> list[Record]:
        nonlocal calls
        calls += 1
        Journal(database).change(lambda _: changed(calls, other=PUBLISHED))
        return changed(9, own=PUBLISHED)

    with pytest.raises(StoreUnavailable, match="others change the runs again and again"):
        Journal(database).change(decide)
    assert calls == 3
    assert seen(database) == {"other"}


def test_a_producer_may_still_write_records(database: Database[dict[str, Any]]) -> None:
    Journal(database).change(lambda _: changed(1, a=PUBLISHED, b=PUBLISHED))
    database[RUNS].update_one({RUN_KEY: "a"}, {"$set": {"status": "running"}})
    assert seen(database) == {"b"}
    database[RUNS].delete_one({RUN_KEY: "b"})
    assert seen(database) == set(), "the journal does not bring back what was deleted"
    assert database[RUNS].find_one({"_id": JOURNAL}) is not None
