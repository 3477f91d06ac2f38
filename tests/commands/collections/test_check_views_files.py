"""`manage.py check_views FILE`: judges files without any store, and says what the endpoints would answer."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.core.management import CommandError
from pyarrow import parquet

from lambdaserve.ops import file_answers
from lambdaserve.ops.file_answers import ASSUMED, INCOMPLETE, PROVEN
from merger import wiring
from tests.commands.collections.view_documents import NOON, details, lines, manage

RUN = {"computed_at": "2026-05-04T02:00:00Z", "covers_until": "2026-05-04T00:00:00Z", "batch_run_id": "r"}
COUNTS = {"avg_sentiment": 0.5, "review_count": 2, "positive_count": 2, "negative_count": 0, "neutral_count": 0}


@pytest.fixture(autouse=True)
def no_stores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails the test if a store is asked."""

    def refuse(*_: Any) -> Any:
        raise AssertionError("a store was asked")

    monkeypatch.setattr(wiring, "database", refuse)
    monkeypatch.setattr(wiring, "redis_link", refuse)
    wiring.service.cache_clear()


def world() -> list[dict[str, Any]]:
    """A movie in both layers, with heartbeats of the last day."""
    hours = [NOON - timedelta(hours=back) for back in range(26)]
    speed = {"movie_id": 1, "data_type": "sentiment", "hour": hours[2].isoformat(), "data": COUNTS}
    synced = {"synced_at": NOON.isoformat(), "ttl_expires_at": (hours[2] + timedelta(hours=48)).isoformat()}
    beats = [
        {"data_type": kind, "hour": hour.isoformat(), "heartbeat": True, "synced_at": NOON.isoformat()}
        for hour in hours
        for kind in ("sentiment", "stats", "trending")
    ]
    points: list[dict[str, Any]] = [
        {"movie_id": 1, "view_type": "sentiment", "data": {**COUNTS, "date": f"2026-05-0{day}"}, **RUN}
        for day in (1, 2, 3)
    ]
    total = {"movie_id": 1, "view_type": "sentiment", "data": {**COUNTS, "review_count": 6, "positive_count": 6}, **RUN}
    return [{**details(), **RUN}, total, *points, speed | synced, *beats]


def report_on(*files: str, **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(manage("check_views", *files, json=True, **options))
    return found


def answers(report: dict[str, Any]) -> dict[str, dict[str, int]]:
    return {each["endpoint"]: each["answers"] for each in report["answers"]}


def test_answers_are_those_of_the_api(tmp_path: Path) -> None:
    report = report_on(lines(tmp_path / "a", *world()))
    found = {each["endpoint"]: each for each in report["answers"]}
    lifetime = found["movies/{id}/sentiment?window=all"]
    assert "total_reviews 8" in lifetime["example"], "six until the run's coverage, and two since"
    assert report["as_of"] == "2026-05-04T12:00:00Z"
    assert lifetime["answers"] == {PROVEN: 1}
    assert report["unreadable"] == report["odd"] == []
    assert wiring.service.cache_info().currsize == 0, "the process answers from its own store again"


def test_advice_names_the_documents_without_coverage(tmp_path: Path) -> None:
    documents = [{name: value for name, value in each.items() if name != "covers_until"} for each in world()]
    report = report_on(lines(tmp_path / "a", *documents))
    assert report["advice"][0].startswith("Add `covers_until` to all 5 batch documents")


def test_a_document_that_can_not_be_read_makes_answers_incomplete(tmp_path: Path) -> None:
    broken = {**world()[5], "data": {**COUNTS, "review_count": "many"}}
    path = lines(tmp_path / "a", *world()[:5], broken, *world()[6:])
    report = report_on(path)
    assert answers(report)["movies/{id}/sentiment?window=all"] == {INCOMPLETE: 1}
    (finding,) = report["unreadable"]
    assert finding["what"].startswith("sentiment.review_count: ")
    assert finding["examples"] == [f"{path}:6"]
    with pytest.raises(CommandError, match="1 violations"):
        manage("check_views", path, fail=True, no_answers=True)


def test_the_time_of_the_answers_can_be_chosen(tmp_path: Path) -> None:
    path = lines(tmp_path / "a", *world())
    assert report_on(path, at=NOON + timedelta(days=9))["as_of"] == "2026-05-13T12:00:00Z"
    assert "answers" not in report_on(path, no_answers=True)


def test_the_report_is_text_by_default(tmp_path: Path) -> None:
    output = manage("check_views", lines(tmp_path / "a", *world(), b"{broken"))
    for expected in ("documents ", "dialect     stamps as text", "unreadable  1 × it is not JSON", "movies/{id}/stats"):
        assert expected in output


def test_a_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="can't be read: No such file"):
        manage("check_views", str(tmp_path / "none"))


def test_files_that_fail_are_named_beside_the_report_on_the_others(tmp_path: Path) -> None:
    good = lines(tmp_path / "a", *world())
    with pytest.raises(CommandError, match="none can't be read: No such file"):
        manage("check_views", str(tmp_path / "none"), good, "--no-answers")


def test_files_of_which_nothing_can_be_read_are_a_failure(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="none of the documents can be read"):
        manage("check_views", lines(tmp_path / "a", b"movie_id,title", b"1,Alien"))


def test_few_movies_are_asked_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_answers, "MOST_ASKED", 2)
    path = lines(tmp_path / "a", *({**details(number), **RUN} for number in range(1, 6)))
    assert sum(answers(report_on(path))["movies/{id}"].values()) == 2


def test_what_the_page_for_producers_asks_for_is_proven_everywhere(tmp_path: Path) -> None:
    written = {"movie_details": 1, "sentiment": 4}
    record = {"batch_run_id": "r", "status": "published", "covers_until": RUN["covers_until"], "documents": written}
    report = report_on(lines(tmp_path / "a", *world(), record))
    about_movies = {name: found for name, found in answers(report).items() if name.startswith("movies/{id}/sentiment")}
    assert about_movies == {name: {PROVEN: 1} for name in about_movies}
    assert report["documents"]["batch run"] == 1
    assert report["advice"] == []


def test_an_unreadable_row_of_a_table_is_a_hole_and_no_error(tmp_path: Path) -> None:
    at = pa.array([NOON.replace(tzinfo=None)] * 2, pa.timestamp("us"))
    columns = {"movie_id": [1.0, float("nan")], "view_type": ["movie_details"] * 2, "computed_at": at}
    parquet.write_table(pa.table({**columns, "data": [{"title": "A"}] * 2}), tmp_path / "a")
    report = report_on(str(tmp_path / "a"))
    assert report["documents"] == {"batch movie_details": 1}
    assert answers(report)["movies/{id}"].keys() <= {ASSUMED, INCOMPLETE}


def test_every_hour_that_is_missing_or_assumed_has_a_reason(tmp_path: Path) -> None:
    documents = [{name: value for name, value in each.items() if name != "covers_until"} for each in world()[:-30]]
    report = report_on(lines(tmp_path / "a", *documents))
    doubtful = [each for each in report["answers"] if set(each["answers"]) - {PROVEN, "not found"}]
    assert len(doubtful) > 5
    assert [each["endpoint"] for each in doubtful if not each["reasons"]] == []
