"""`manage.py load_views`: files into the collections, and what can't be loaded into a file of rejects."""

from __future__ import annotations

import gzip
import io
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import isnan
from pathlib import Path
from typing import Any

import pytest
from bson import Decimal128, Int64, ObjectId, json_util
from django.core.management import CommandError
from pymongo.database import Database

from merger.management.commands import load_views
from merger.producers.json_text import MAX_DOCUMENT_BYTES
from tests.commands.collections.view_documents import NOON, bucket, details, lines, manage, rejected

Stored = Database[dict[str, Any]]


def test_documents_are_stored_as_written_with_texts_turned_into_dates(database: Stored, tmp_path: Path) -> None:
    theirs = {**details(), "more": [1, {"a": None}], "computed_at": "2026-05-04T04:00:00+02:00"}
    output = manage("load_views", lines(tmp_path / "a", theirs, b"", details(2)), kind="batch")
    assert output == f"{tmp_path}/a: 2 loaded\n"
    (found, _) = database.batch_views.find({}, {"_id": 0}).sort("movie_id")
    assert found == theirs | {"computed_at": datetime(2026, 5, 4, 2, tzinfo=UTC)}
    assert not Path(f"{tmp_path}/a.rejects.jsonl").exists()


def test_a_speed_document_gets_its_expiry(database: Stored, tmp_path: Path) -> None:
    manage("load_views", lines(tmp_path / "a", bucket() | {"ttl_expires_at": None}), kind="speed")
    (found,) = database.speed_views.find()
    assert found["hour"] == NOON
    assert found["ttl_expires_at"] == NOON + timedelta(hours=48)


def test_loading_again_replaces_documents_unless_newer_ones_are_stored(database: Stored, tmp_path: Path) -> None:
    path = lines(tmp_path / "a", details(title="New"), details(2, "Other"))
    for _ in range(2):
        manage("load_views", path, kind="batch")
    older = lines(tmp_path / "b", details(title="Old", at="2026-05-03T02:00:00Z"), details(3))
    assert manage("load_views", older, kind="batch") == f"{older}: 1 loaded, 1 left out since newer ones are stored\n"
    found = database.batch_views.find().sort("movie_id")
    assert [each["data"]["title"] for each in found] == ["New", "Other", "Alien"]
    newer = lines(tmp_path / "c", details(title="Newest", at="2026-05-05T02:00:00Z"))
    manage("load_views", newer, kind="batch")
    assert database.batch_views.count_documents({}) == 3
    assert database.batch_views.find_one({"movie_id": 1})["data"]["title"] == "Newest"  # type: ignore[index]


def test_a_document_replaces_the_one_about_the_same_thing(database: Stored, tmp_path: Path) -> None:
    day = {"avg_sentiment": 0.5, "review_count": 1, "positive_count": 1, "negative_count": 0, "neutral_count": 0}
    sentiment = {"movie_id": 1, "view_type": "sentiment", "computed_at": "2026-05-04"}
    documents = [
        details(),
        details() | {"batch_run_id": "another run"},
        sentiment | {"data": day},
        sentiment | {"data": day | {"date": "2026-05-01"}},
        sentiment | {"data": day | {"date": "2026-05-02"}},
        sentiment | {"stats": day | {"date": "2026-05-02"}},
    ]
    manage("load_views", lines(tmp_path / "a", *documents), kind="batch")
    assert database.batch_views.count_documents({}) == 5, "the last two are about the same day, so one is left"


@pytest.mark.parametrize("packed", [False, True])
def test_extended_json_keeps_every_type_and_gzip_is_detected_by_content(
    database: Stored, tmp_path: Path, packed: bool
) -> None:
    document = {
        "_id": ObjectId(),
        "movie_id": Int64(1),
        "view_type": "movie_details",
        "computed_at": NOON,
        "data": {"title": "Alien", "vote_average": Decimal128("7.5"), "budget": 2**40, "popularity": float(3)},
    }
    for options in (json_util.CANONICAL_JSON_OPTIONS, json_util.RELAXED_JSON_OPTIONS):
        line = json_util.dumps(document, json_options=options).encode() + b"\n"
        path = tmp_path / "a.whatever"
        path.write_bytes(gzip.compress(line) if packed else line)
        manage("load_views", str(path), kind="batch")
        (found,) = database.batch_views.find()
        assert found == document
        assert found["data"]["vote_average"].to_decimal() == Decimal("7.5")


def test_a_dash_reads_standard_input(database: Stored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    content = json.dumps(details()).encode() + b"\n{"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(content))))
    assert manage("load_views", "-", kind="batch") == "-: 1 loaded, 1 rejected, see stdin.rejects.jsonl\n"
    assert rejected("stdin")[0][0] == 2


HOSTILE = {
    "no JSON but a table": (b"movie_id,title", "it is not JSON: "),
    "no JSON": (b"{nonsense", "it is not JSON: "),
    "broken UTF-8": (b'{"movie_id": 1, "view_type": "\xff"}', "it is not JSON: "),
    "a list": (b"[]", "a document is an object, not list"),
    "deep": (b'{"a":' * 5000 + b"1" + b"}" * 5000, "it is not JSON: "),
    "deep, extended": (b'{"a":' * 50_000 + b'{"$oid": "x"}' + b"}" * 50_000, "it is not JSON: "),
    "no type": ({"movie_id": 1}, "batch.view_type: it is not one of"),
    "another type": (details() | {"view_type": "rubbish"}, "batch.view_type: it is not one of"),
    "no payload": (details() | {"data": 1}, "movie_details.data: there is no payload"),
    "no movie": (details() | {"movie_id": None}, "movie_details.movie_id: it is missing"),
    "no stamp": ({**details(), "computed_at": None}, "movie_details.computed_at: it is missing"),
    "no date": (details(at="soon"), "movie_details.computed_at: Invalid isoformat string: 'soon'"),
    "an absurd date": (details(at="9999-01-01"), "movie_details.computed_at: the date is out of range"),
    "an odd extended date": (
        details() | {"computed_at": {"$date": "soon"}},
        "movie_details.computed_at: Invalid isoformat string: 'soon'",
    ),
    "an odd extended id": (details() | {"_id": {"$oid": "x"}}, "it is not JSON: 'x' is not a valid ObjectId"),
    "a field twice": (b'{"movie_id": 1, ' + json.dumps(details(2)).encode()[1:], "the field 'movie_id' stands in"),
    "shell output": (b'{"_id": ObjectId("6745a1b2c3d4e5f6a7b8c9d0")}', "it is not JSON: "),
    "an operator": (b'{"$where": "1", ' + json.dumps(details()).encode()[1:], "a field can't be called '$where'"),
    "a number beyond any": (
        json.dumps(details() | {"more": 1}).encode()[:-2] + b"9" * 400 + b', "n": NaN}',
        "it can't be stored: ",
    ),
    "an operator for an id": (details() | {"_id": {"$gt": ""}}, "an _id can't have a field called '$gt'"),
    "a list for an id": (details() | {"_id": [1]}, "an _id is a single value or a document, not list"),
    "a pattern for an id": (
        json.dumps(details() | {"_id": {"$regularExpression": {"pattern": "a", "options": ""}}}).encode(),
        "an _id is a single value or a document, not ",
    ),
    "a null in a name": (details() | {"a\x00b": 1}, "it can't be stored: "),
    "a huge document": (details() | {"more": "x" * 17_000_000}, "a document may have at most 16777216 bytes"),
}


def test_documents_that_cannot_be_stored_are_reported_and_the_rest_is_loaded(database: Stored, tmp_path: Path) -> None:
    path = lines(tmp_path / "a", details(1), *(line for line, _ in HOSTILE.values()), details(2))
    with pytest.raises(CommandError, match=f"^{len(HOSTILE)} rejected$"):
        manage("load_views", path, kind="batch", strict=True)
    found = rejected(path)
    assert [number for number, _ in found] == [*range(2, len(HOSTILE) + 2)]
    for (_, reason), (name, (_, expected)) in zip(found, HOSTILE.items(), strict=True):
        assert reason.startswith(expected), name
    assert sorted(each["movie_id"] for each in database.batch_views.find()) == [1, 2]
    assert max(len(line) for line in Path(f"{path}.rejects.jsonl").read_text().splitlines()) < 20_000


def test_numbers_that_are_not_finite_are_stored_where_the_contract_can_do_without_them(
    database: Stored, tmp_path: Path
) -> None:
    odd = details() | {"more": [{"x": float("nan")}], "other": float("-inf")}
    extended = details(2) | {"more": {"$numberDouble": "Infinity"}}
    assert "2 loaded" in manage("load_views", lines(tmp_path / "a", odd, extended), kind="batch")
    first, second = database.batch_views.find().sort("movie_id")
    assert isnan(first["more"][0]["x"])
    assert (first["other"], second["more"]) == (float("-inf"), float("inf"))


def test_several_files_share_a_file_of_rejects_that_names_each(database: Stored, tmp_path: Path) -> None:
    files = [lines(tmp_path / name, b"{", details()) for name in ("a", "b")]
    manage("load_views", *files, kind="batch", rejects=str(tmp_path / "r"))
    assert [json.loads(line)["file"] for line in (tmp_path / "r").read_text().splitlines()] == files
    with pytest.raises(CommandError, match=r"no/r can't be written: No such file"):
        manage("load_views", *files, kind="batch", rejects=str(tmp_path / "no" / "r"))


def test_a_stored_stamp_that_is_text_does_not_count_as_newer(database: Stored, tmp_path: Path) -> None:
    database.batch_views.insert_one({"_id": "x", **details(title="Old")})
    manage("load_views", lines(tmp_path / "a", {"_id": "x", **details(title="New")}), kind="batch")
    (found,) = database.batch_views.find()
    assert found["data"]["title"] == "New"


def test_a_line_without_an_end_is_rejected(database: Stored, tmp_path: Path) -> None:
    path = lines(tmp_path / "a", details(1), b'{"a": "' + b"x" * (MAX_DOCUMENT_BYTES + 10) + b'"}', details(2))
    assert "2 loaded, 1 rejected" in manage("load_views", path, kind="batch", rejects=str(tmp_path / "r"))
    assert json.loads((tmp_path / "r").read_text())["line"] == 2


def test_a_dry_run_checks_everything_and_stores_nothing(database: Stored, tmp_path: Path) -> None:
    path = lines(tmp_path / "a", bucket(), bucket(hour="2026-05-04T12:30:30Z"))
    assert f"{path}: 1 could be loaded, 1 rejected" in manage("load_views", path, kind="speed", dry_run=True)
    assert rejected(path) == [(2, "trending.hour: a bucket starts on the hour, a smaller window on a minute")]
    assert database.speed_views.count_documents({}) == 0


def test_an_interrupted_load_reports_progress_and_is_completed_by_another_run(
    database: Stored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_views, "BATCH_SIZE", 2)
    path = lines(tmp_path / "a", *(details(number) for number in range(1, 8)))
    stored, calls = load_views._store, []

    def interrupted(*arguments: Any) -> tuple[int, dict[int, str]]:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return stored(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(load_views, "_store", interrupted)
        with pytest.raises(CommandError, match=r"Interrupted: .*: 4 loaded\. Run it again") as raised:
            manage("load_views", path, kind="batch")
    assert raised.value.returncode == 130
    assert database.batch_views.count_documents({}) == 4
    manage("load_views", path, kind="batch")
    assert database.batch_views.count_documents({}) == 7


@pytest.mark.parametrize("command", ["load_views", "export_views"])
def test_a_missing_file_is_named_in_the_error(database: Stored, tmp_path: Path, command: str) -> None:
    path = str(tmp_path / "no" / "such")
    arguments = (path,) if command == "load_views" else ("--output", path)
    with pytest.raises(CommandError, match=rf"{path} can't be (read|written): No such file"):
        manage(command, *arguments, "--kind", "batch")


def test_a_truncated_file_is_reported_after_loading_its_beginning(database: Stored, tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(b"\n".join(json.dumps(details(n)).encode() for n in range(3000)))[:-20])
    with pytest.raises(CommandError, match=r"can't be read any further: .*loaded"):
        manage("load_views", str(path), kind="batch")
    assert database.batch_views.count_documents({}) >= 1000


def test_windows_of_an_hour_and_heartbeats_are_stored_each_once(database: Stored, tmp_path: Path) -> None:
    starts = [(NOON + timedelta(minutes=5 * number)).isoformat() for number in range(12)]
    counts = {"review_count": 1, "positive_count": 1, "negative_count": 0, "neutral_count": 0, "avg_sentiment": 0.5}
    windows = [bucket(hour=None, data_type="sentiment", data=counts, window_start=start) for start in starts]
    heartbeat = {"data_type": "sentiment", "hour": NOON.isoformat(), "heartbeat": True, "synced_at": NOON.isoformat()}
    path = lines(tmp_path / "a", *windows, heartbeat, heartbeat | {"data_type": "stats"})
    for _ in range(2):
        assert manage("load_views", path, kind="speed") == f"{path}: 14 loaded\n"
    assert database.speed_views.count_documents({}) == 14
    found = database.speed_views.find({"window_start": {"$exists": True}}).sort("window_start")
    assert [each["window_start"].minute for each in found] == list(range(0, 60, 5))
    assert {each["ttl_expires_at"] for each in database.speed_views.find()} == {NOON + timedelta(hours=48)}


def test_a_stamp_under_another_name_tells_which_document_is_newer(database: Stored, tmp_path: Path) -> None:
    newer, older = (bucket(synced_at=None, updated_at=f"2026-05-04T12:{minute}:00Z") for minute in (50, 10))
    manage("load_views", lines(tmp_path / "a", newer), kind="speed")
    path = lines(tmp_path / "b", older)
    assert manage("load_views", path, kind="speed") == f"{path}: 0 loaded, 1 left out since newer ones are stored\n"


def test_what_stands_before_the_end_of_a_cut_off_array_is_loaded(database: Stored, tmp_path: Path) -> None:
    path = lines(tmp_path / "a", b"[" + json.dumps(details(1)).encode() + b",", details(2))
    with pytest.raises(CommandError, match=r"the JSON array in it has no end.*: 2 loaded"):
        manage("load_views", path, kind="batch")
    assert database.batch_views.count_documents({}) == 2
