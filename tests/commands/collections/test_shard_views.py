"""`manage.py shard_views` shows a plan, asks, and runs it; a stand-in answers as a router, since there is none here."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from merger.management.commands import shard_views
from tests.unit.merger.indexes.router import Router

TYPED = 'db.getSiblingDB("admin").runCommand({shardCollection: "tests.batch_views", key: {movie_id: "hashed"}})'


def run(monkeypatch: pytest.MonkeyPatch, router: Router, answer: str = "", **options: Any) -> str:
    monkeypatch.setattr(shard_views, "database", lambda: router)
    monkeypatch.setattr("builtins.input", lambda _: answer)
    output = io.StringIO()
    call_command("shard_views", stdout=output, **options)
    return output.getvalue()


def test_server_without_shards_is_refused(database: Any) -> None:
    with pytest.raises(CommandError, match=r"no shards: MONGODB_URI must name a mongos"):
        call_command("shard_views", yes=True)
    assert "movie_hashed" not in database["batch_views"].index_information()


def test_plan_option_shows_the_steps_and_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    router = Router()
    assert TYPED in run(monkeypatch, router, plan=True)
    assert router.commands == []


def test_answer_no_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    router = Router()
    with pytest.raises(CommandError, match="nothing was changed"):
        run(monkeypatch, router, answer="n")
    assert router.commands == []


def test_answer_yes_runs_the_shown_steps_once(monkeypatch: pytest.MonkeyPatch) -> None:
    router = Router()
    output = run(monkeypatch, router, answer="y")
    assert TYPED in output
    assert "over one, two" in output
    assert "4 of 4 done" in output
    assert [database for database, _ in router.commands] == ["tests", "admin", "tests", "admin"]
    second = run(monkeypatch, router, yes=True)
    assert "already sharded, over one, two" in second
    assert len(router.commands) == 4


def test_refused_step_fails_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="its user has no privilege for this"):
        run(monkeypatch, Router(refuses=True), yes=True)
