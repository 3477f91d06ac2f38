"""`manage.py create_indexes`: what it drops, whether it asks first, and what it reports meanwhile."""

from __future__ import annotations

import io
import threading
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pymongo.database import Database

from merger.indexes.declared import Index
from merger.management.commands import create_indexes

Stored = Database[dict[str, Any]]


class Terminal(io.StringIO):
    """Standard input that is a terminal."""

    def isatty(self) -> bool:
        return True


def run(*arguments: str) -> str:
    output = io.StringIO()
    call_command("create_indexes", *arguments, stdout=output, stderr=output)
    return output.getvalue()


def names(database: Stored) -> set[str]:
    return set(database.speed_views.index_information())


@pytest.mark.parametrize(("answer", "is_dropped"), [("y", True), ("", False), ("no", False)])
def test_prune_asks_on_a_terminal_and_drops_only_when_confirmed(
    indexed_database: Stored, monkeypatch: pytest.MonkeyPatch, answer: str, is_dropped: bool
) -> None:
    indexed_database.speed_views.create_index("their_field")
    monkeypatch.setattr("sys.stdin", Terminal(f"{answer}\n"))
    if is_dropped:
        assert "dropped  speed_views.their_field_1: not declared" in run("--prune")
    else:
        with pytest.raises(CommandError, match="nothing was changed"):
            run("--prune")
    assert ("their_field_1" not in names(indexed_database)) == is_dropped


def test_a_dry_run_shows_what_would_be_dropped_and_created(indexed_database: Stored) -> None:
    indexed_database.speed_views.create_index("their_field")
    indexed_database.speed_views.drop_index("movie_hour")
    output = run("--prune", "--dry-run")
    assert "would drop  speed_views.their_field_1: not declared" in output
    assert "missing  speed_views.movie_hour (movie_id +1, hour -1)" in output
    assert "1 missing\n" in output
    assert "their_field_1" in names(indexed_database)
    assert "movie_hour" not in names(indexed_database)


def test_a_long_build_reports_its_progress(database: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(create_indexes, "PROGRESS_INTERVAL_SECONDS", 0.01)
    asked = threading.Event()

    def build_progress(_: Index) -> str:
        asked.set()
        return "57%"

    monkeypatch.setattr(create_indexes, "build_progress", build_progress)
    monkeypatch.setattr("merger.indexes.server.create", lambda _: asked.wait(10))
    assert "creating batch_views.movie_view: 57%" in run()
