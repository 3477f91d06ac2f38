"""Answers use published batch runs only, and each of them completely: through the API, over real stores.

Requirement M12.
"""

from __future__ import annotations

import copy
import sys
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from merger import wiring
from merger.contract.stamps import moment
from tests.api.conftest import Api
from tests.api.documents import NOW, Document, movie, sentiment_total
from tests.api.healthy_world import ADDRESSES, MOVIE, OTHER, healthy

MINUTE = timedelta(minutes=1)


def batch_runs(*arguments: str, **options: Any) -> str:
    output = StringIO()
    call_command("batch_runs", *arguments, stdout=output, stderr=output, **options)
    return output.getvalue()


def seen_by_all(api: Api) -> None:
    """Moves every publication back to when each process has noticed it."""
    before = {name: NOW - timedelta(hours=1) for name in ("published_at", "updated_at")}
    api.database.batch_runs.update_many({"status": "published"}, {"$set": before})


def of_run(run_id: object, documents: list[Document], later: timedelta = timedelta()) -> list[Document]:
    """Copies batch documents into a run, computed later by ``later``."""
    copies = copy.deepcopy([document for document in documents if "hour" not in document])
    for document in copies:
        document |= {"batch_run_id": run_id, "computed_at": document["computed_at"] + later}
    return copies


def altered(documents: list[Document]) -> list[Document]:
    """Changes numbers and titles in documents of every view; returns them."""
    for document in documents:
        data = document["data"]
        for name, value in data.items():
            if isinstance(value, float):
                data[name] = value / 2
        if "title" in data:
            data["title"] = f"New {data['title']}"
        for each in data.get("collaborators", ()):
            each["count"] += 1
    return documents


def answers(api: Api) -> dict[str, Any]:
    """The answer of every address, with an empty cache."""
    api.forget()
    return {address: api.body(address) for address in ADDRESSES}


def titles(api: Api) -> list[str]:
    api.forget()
    return sorted(movie["title"] for movie in api.body("search/movies")["results"])


def test_run_appears_in_answers_completely_once_it_is_published(api: Api) -> None:
    api.load(healthy())
    api.database.batch_views.delete_many({})
    api.load(of_run("first", healthy()))
    batch_runs("publish", "first")
    before = answers(api)
    next_run = altered(of_run("second", healthy(), timedelta(minutes=1)))
    for part in (next_run[::2], next_run[1::2]):
        api.load(part)
        assert answers(api) == before
    batch_runs("publish", "second")
    after = answers(api)
    # The second run has the same people.
    unchanged = ("trending", f"movies/{MOVIE}/stats", "people?")
    batch_answers = [address for address in ADDRESSES if not address.startswith(unchanged)]
    assert [address for address in batch_answers if after[address] == before[address]] == []
    assert "Rolled back second" in batch_runs("rollback")
    assert answers(api) == before


def test_a_producer_may_write_the_records_itself(api: Api) -> None:
    api.load(of_run("old", [movie(1, "Old")]))
    api.database.batch_runs.insert_one({"batch_run_id": "new", "status": "running"})
    api.load(of_run("new", [movie(1, "New")], timedelta(minutes=1)))
    assert titles(api) == ["Old"], "no run is published, but the record of this one says that it is not complete"
    api.database.batch_runs.update_one({"batch_run_id": "new"}, {"$set": {"status": "published"}})
    assert titles(api) == ["New"]


def test_runs_older_than_the_first_record_stay_visible(api: Api) -> None:
    api.load(of_run("a", [movie(1, "A")]), of_run("b", [movie(2, "B")]), [movie(3, "Of no run")])
    api.load(of_run("c", [movie(4, "C")]))
    batch_runs("publish", "c", force=True, because="a test")
    assert titles(api) == ["A", "B", "C", "Of no run"]
    api.load(of_run("d", [movie(5, "D")]))
    assert titles(api) == ["A", "B", "C", "Of no run"]
    batch_runs("rollback", "c")
    assert titles(api) == ["A", "B", "Of no run"]


def test_run_record_states_coverage_of_its_documents(api: Api) -> None:
    covers = NOW - timedelta(days=4)
    api.load(of_run("one", [movie(MOVIE, "Any"), sentiment_total(MOVIE, 10, 0.5)]))
    for document in api.database.batch_views.find():
        api.database.batch_views.update_one({"_id": document["_id"]}, {"$unset": {"covers_until": ""}})
    batch_runs("publish", "one", "--covers-until", covers.isoformat())
    api.forget()
    freshness = api.body(f"movies/{MOVIE}/sentiment")["freshness"]
    assert moment(freshness["batch_as_of"]) <= covers


def test_a_run_that_gates_refuse_needs_force_and_a_reason(api: Api) -> None:
    api.load(of_run("full", [movie(number, f"M{number}") for number in range(1, 11)]))
    batch_runs("publish", "full")
    api.load(of_run("thin", [movie(1, "Thin")], timedelta(minutes=1)))
    refusal = "gates refuse run 'thin': movie_details has 1 documents; after run full 10 are expected"
    for arguments, reason in (
        ((), refusal),
        (("--force",), "a run is published by force only with a reason"),
        (("--because", "so"), "--because gives the reason for --force"),
    ):
        with pytest.raises(CommandError, match=reason):
            batch_runs("publish", "thin", *arguments)
    assert "Thin" not in titles(api)
    batch_runs("publish", "thin", "--force", "--because", "half the cinemas were closed")
    assert "Thin" in titles(api)
    line = next(line for line in batch_runs().splitlines() if line.startswith("thin"))
    assert line.endswith("; forced, because half the cinemas were closed")
    record = api.database.batch_runs.find_one({"batch_run_id": "thin"}) or {}
    assert record["faults"][0].startswith("movie_details has 1 documents")
    batch_runs("rollback", "thin")
    api.load([{**movie(number, f"M{number}"), "batch_run_id": "thin"} for number in range(2, 11)])
    batch_runs("publish", "thin")
    assert "forced" not in batch_runs(), "the run is whole now"


def test_checking_a_run_shows_every_gate_and_changes_nothing(api: Api) -> None:
    api.load(of_run("full", [movie(number, f"M{number}") for number in range(1, 11)]))
    shown = batch_runs("check", "full")
    assert shown.startswith("full beside no run")
    batch_runs("publish", "full")
    api.load(of_run("thin", [movie(1, "Thin")], timedelta(minutes=1)))
    output = StringIO()
    with pytest.raises(CommandError, match="2 of 10 gates refuse thin"):
        call_command("batch_runs", "check", "thin", stdout=output)
    lines = output.getvalue().splitlines()
    assert lines[0] == "thin beside full"
    assert " ".join(lines[1].split()) == "documents failed movie_details −90 % allowed: −20 % to +100 %"
    assert "- 90 % of the movies that movie_details had in run full are not in the run" in lines
    assert api.database.batch_runs.count_documents({"batch_run_id": "thin"}) == 0


def test_the_limits_are_settings(api: Api, settings: Any) -> None:
    settings.GATE_DOCUMENTS_LOST = settings.GATE_VANISHED = 1
    api.load(of_run("full", [movie(number, f"M{number}") for number in range(1, 11)]))
    batch_runs("publish", "full")
    api.load(of_run("thin", [movie(1, "Thin")], timedelta(minutes=1)))
    batch_runs("publish", "thin")
    assert "Thin" in titles(api)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("publish", "unknown"), "there is no run 'unknown'; the newest are: 'one'"),
        (("publish", "empty"), "run 'empty' has no documents in batch_views"),
        (("rollback",), "no run is published"),
        (("rollback", "one"), "run 'one' is not published"),
        (("prune", "--keep", "0"), "--keep takes a whole number from 1"),
        (("publish", "one", "--covers-until", "soon"), "invalid .* value: 'soon'"),
    ],
)
def test_impossible_requests_are_refused_with_the_reason(api: Api, arguments: tuple[str, ...], reason: str) -> None:
    api.load(of_run("one", [movie(1, "Any")]))
    api.database.batch_runs.insert_one({"batch_run_id": "empty", "status": "running"})
    with pytest.raises(CommandError, match=reason):
        batch_runs(*arguments)
    assert api.database.batch_runs.count_documents({"status": "published"}) == 0


def test_rolling_back_the_last_visible_run_needs_force(api: Api) -> None:
    api.load(of_run("only", [movie(1, "Any")]))
    batch_runs("publish", "only")
    with pytest.raises(CommandError, match="readers would see no batch documents"):
        batch_runs("rollback")
    batch_runs("rollback", "--force")
    assert titles(api) == []


def test_pruning_deletes_replaced_documents_and_changes_no_answer(api: Api, settings: Any) -> None:
    settings.BATCH_RUNS_KEPT = 0
    api.load(healthy())
    api.database.batch_views.delete_many({})
    for number, run_id in enumerate(("first", "second", "third")):
        documents = of_run(run_id, healthy(), timedelta(minutes=number))
        # The newest run writes about one movie less.
        api.load([d for d in documents if run_id != "third" or d.get("movie_id") != OTHER])
        batch_runs("publish", run_id, force=True, because="a test")
    seen_by_all(api)
    before, number = answers(api), api.database.batch_views.count_documents({})
    assert "documents of first, which newer runs have replaced" in batch_runs("prune", "--keep", "1", "--dry-run")
    assert api.database.batch_views.count_documents({}) == number
    assert "deleted " in batch_runs("prune", "--keep", "1")
    left = {run.run_id: run.total for run in wiring.run_publisher().runs()}
    assert left["first"] == 0
    second = next(line for line in batch_runs("list").splitlines() if line.startswith("second"))
    assert second.endswith("readers need it, since documents that it replaced were pruned")
    assert 0 < left["second"] < left["third"], "documents that only the second run has stay"
    assert answers(api) == before


def test_under_the_fixed_strategy_a_too_recent_run_replaces_nothing(api: Api, settings: Any) -> None:
    settings.MERGE_STRATEGY, settings.BATCH_RUNS_KEPT = "fixed", 0
    for run_id, age in (("first", 90), ("second", 60), ("third", 2)):
        batch = of_run(run_id, [movie(1, run_id)])
        for document in batch:
            document["computed_at"] = NOW - timedelta(hours=age)
        api.load(batch)
        batch_runs("publish", run_id)
    assert titles(api) == ["second"]
    seen_by_all(api)
    batch_runs("prune", "--keep", "1")
    assert {run.run_id: run.total for run in wiring.run_publisher().runs()} == {"first": 0, "second": 1, "third": 1}
    assert titles(api) == ["second"]


def test_the_list_shows_which_runs_are_visible(api: Api) -> None:
    assert "No batch document belongs to a run" in batch_runs()
    api.load(of_run("seen", [movie(1, "Any"), movie(2, "Any")]), of_run(7, [sentiment_total(1, 10, 0.5)]))
    batch_runs("publish", "seen", force=True, because="a test")
    lines = batch_runs("list").splitlines()
    assert any(line.startswith("seen  visible  published") and "2 movie_details" in line for line in lines)
    assert any(line.startswith("7     visible  not recorded") for line in lines), "it is older than the first record"


def test_hostile_records_are_ignored(api: Api) -> None:
    api.load(of_run("one", [movie(1, "One")]))
    api.database.batch_runs.insert_many(
        [
            {},
            {"batch_run_id": {"$ne": 1}, "status": "published"},
            {"batch_run_id": ["one"], "status": "running"},
            {"batch_run_id": "", "status": "published"},
            {"status": "adopted", "runs": {"$gt": ""}},
            {"batch_run_id": "one", "status": "published", "covers_until": "soon"},
            {"batch_run_id": "one", "status": {"a": 1}, "updated_at": datetime(2000, 1, 1)},  # noqa: DTZ001  # as a driver reads it
        ]
    )
    api.load([{**movie(2, "Two"), "batch_run_id": {"a": "b"}}])
    assert titles(api) == ["One"]


def scripted(tmp_path: Path, **answers: str) -> tuple[str, ...]:
    """A hook that answers by the kind of event, and proceeds otherwise."""
    script = tmp_path / "hook.py"
    script.write_text(f"import json, sys\nprint({answers!r}.get(json.load(sys.stdin)['type'].replace('.', '_'), ''))\n")
    return (sys.executable, str(script))


def test_a_hook_that_aborts_leaves_answers_as_before_and_one_that_rolls_back_restores_them(
    api: Api, settings: Any, tmp_path: Path
) -> None:
    api.load(healthy())
    api.database.batch_views.delete_many({})
    api.load(of_run("first", healthy()))
    batch_runs("publish", "first")
    before = answers(api)
    api.load(altered(of_run("second", healthy(), timedelta(minutes=1))))
    settings.RUN_HOOK = scripted(tmp_path, run_publish_before='{"answer": "abort", "reason": "a sale"}')
    with pytest.raises(CommandError, match="the hook answered before publish: abort: a sale"):
        batch_runs("publish", "second")
    assert answers(api) == before
    settings.RUN_HOOK = scripted(tmp_path, run_publish_after='{"answer": "roll back", "reason": "errors"}')
    with pytest.raises(CommandError, match="second was published, and rolled back again as the hook said"):
        batch_runs("publish", "second")
    assert answers(api) == before
    settings.RUN_HOOK = None
    batch_runs("publish", "second")
    assert answers(api) != before


def test_the_hook_can_be_tried(settings: Any, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="RUN_HOOK is empty"):
        batch_runs("hook")
    settings.RUN_HOOK = scripted(tmp_path, run_test='{"answer": "abort", "reason": "closed"}')
    assert batch_runs("hook") == "The hook answered abort: closed\n"
    settings.RUN_HOOK = ("false",)
    with pytest.raises(CommandError, match="the hook failed: the command ended with 1"):
        batch_runs("hook")
