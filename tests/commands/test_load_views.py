"""`manage.py load_views`, `check_views` and `export_views`: files into the collections, back out, and what is wrong."""

from __future__ import annotations

import gzip
import io
import json
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from bson import Decimal128, Int64, ObjectId, json_util
from django.core.management import CommandError, call_command
from pyarrow import parquet
from pymongo.database import Database

from merger.management.commands import load_views
from merger.management.view_files import LONGEST_LINE

Stored = Database[dict[str, Any]]

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def manage(command: str, *arguments: str, **options: Any) -> str:
    told = io.StringIO()
    call_command(command, *arguments, stdout=told, stderr=io.StringIO(), **options)
    return told.getvalue()


def details(movie_id: int = 1, title: str = "Alien", at: str = "2026-05-04T02:00:00Z") -> dict[str, Any]:
    return {"movie_id": movie_id, "view_type": "movie_details", "data": {"title": title}, "computed_at": at}


def bucket(movie_id: int = 1, hour: Any = "2026-05-04T12:00:00Z", **fields: Any) -> dict[str, Any]:
    data = {"trending_score": 1.5}
    return {
        "movie_id": movie_id,
        "data_type": "trending",
        "hour": hour,
        "data": data,
        "synced_at": "2026-05-04T12:10:00+00:00",
        **fields,
    }


def lines(path: Path, *documents: Any) -> str:
    """A file of these, one a line; bytes as they are."""
    content = [each if isinstance(each, bytes) else json.dumps(each).encode() for each in documents]
    path.write_bytes(b"".join(part + b"\n" for part in content))
    return str(path)


def rejected(path: str) -> list[tuple[int, str]]:
    found = [json.loads(line) for line in Path(f"{path}.rejects.jsonl").read_text().splitlines()]
    return [(each["line"], each["reason"]) for each in found]


def test_documents_are_stored_as_they_were_written_with_dates_for_texts(database: Stored, tmp_path: Path) -> None:
    theirs = {**details(), "more": [1, {"a": None}], "computed_at": "2026-05-04T04:00:00+02:00"}
    told = manage("load_views", lines(tmp_path / "a", theirs, b"", details(2)), kind="batch")
    assert told == f"{tmp_path}/a: 2 loaded\n"
    (found, _) = database.batch_views.find({}, {"_id": 0}).sort("movie_id")
    assert found == theirs | {"computed_at": datetime(2026, 5, 4, 2, tzinfo=UTC)}
    assert not Path(f"{tmp_path}/a.rejects.jsonl").exists()


def test_a_speed_document_gets_its_expiry(database: Stored, tmp_path: Path) -> None:
    manage("load_views", lines(tmp_path / "a", bucket() | {"ttl_expires_at": None}), kind="speed")
    (found,) = database.speed_views.find()
    assert found["hour"] == NOON
    assert found["ttl_expires_at"] == NOON + timedelta(hours=48)


def test_loading_again_replaces_and_never_by_what_is_older(database: Stored, tmp_path: Path) -> None:
    path = lines(tmp_path / "a", details(title="New"), details(2, "Other"))
    for _ in range(2):
        manage("load_views", path, kind="batch")
    older = lines(tmp_path / "b", details(title="Old", at="2026-05-03T02:00:00Z"), details(3))
    assert manage("load_views", older, kind="batch") == f"{older}: 1 loaded, 1 left out, as there are newer ones\n"
    found = database.batch_views.find().sort("movie_id")
    assert [each["data"]["title"] for each in found] == ["New", "Other", "Alien"]
    newer = lines(tmp_path / "c", details(title="Newest", at="2026-05-05T02:00:00Z"))
    manage("load_views", newer, kind="batch")
    assert database.batch_views.count_documents({}) == 3
    assert database.batch_views.find_one({"movie_id": 1})["data"]["title"] == "Newest"  # type: ignore[index]


def test_what_a_document_is_about_decides_what_it_replaces(database: Stored, tmp_path: Path) -> None:
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
    assert database.batch_views.count_documents({}) == 5, "of the last two, the same under another name, one is left"


@pytest.mark.parametrize("packed", [False, True])
def test_extended_json_keeps_every_type_and_gzip_is_seen_by_its_content(
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


def test_standard_input_is_read_by_a_dash(database: Stored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    content = json.dumps(details()).encode() + b"\n{"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(content))))
    assert manage("load_views", "-", kind="batch") == "-: 1 loaded, 1 rejected, see stdin.rejects.jsonl\n"
    assert rejected("stdin")[0][0] == 2


HOSTILE = {
    "no JSON": (b"{nonsense", "it is no JSON: "),
    "not a number": (
        b'{"movie_id": 1, "view_type": "movie_details", "data": {"title": "A", "popularity": NaN}}',
        "it is no JSON",
    ),
    "broken UTF-8": (b'{"movie_id": 1, "view_type": "\xff"}', "it is no JSON: "),
    "a list": (b"[]", "a document is an object, not list"),
    "deep": (b'{"a":' * 5000 + b"1" + b"}" * 5000, "it is no JSON: "),
    "deep, extended": (b'{"a":' * 50_000 + b'{"$oid": "x"}' + b"}" * 50_000, "it is no JSON: "),
    "no type": ({"movie_id": 1}, "batch.view_type: it is not one of"),
    "another type": (details() | {"view_type": "rubbish"}, "batch.view_type: it is not one of"),
    "no payload": (details() | {"data": 1}, "movie_details.data: there is no payload"),
    "no title": (details() | {"data": {}}, "movie_details.title: title: it is missing"),
    "no stamp": ({**details(), "computed_at": None}, "movie_details.computed_at: it is missing"),
    "no date": (details(at="soon"), "computed_at: Invalid isoformat string: 'soon'"),
    "an absurd date": (details(at="9999-01-01"), "computed_at: the date is absurd"),
    "an odd extended date": (b'{"computed_at": {"$date": "soon"}}', "it is no JSON: "),
    "extended not a number": (
        json.dumps(details() | {"data": {"title": "A", "popularity": {"$numberDouble": "NaN"}}}).encode(),
        "a number in it is not finite",
    ),
    "an operator": (b'{"$where": "1", ' + json.dumps(details()).encode()[1:], "a field can't be called '$where'"),
    "a huge number": (details() | {"more": {"$numberLong": str(2**70)}}, "it can't be stored: "),
    "an operator for an id": (details() | {"_id": {"$gt": ""}}, "an _id is a single value, not dict"),
    "a list for an id": (details() | {"_id": [1]}, "an _id is a single value, not list"),
    "a null in a name": (details() | {"a\x00b": 1}, "it can't be stored: "),
    "a huge document": (details() | {"more": "x" * 17_000_000}, "a document has 16777216 bytes at most"),
}


def test_what_can_not_be_stored_is_told_with_its_line_and_stops_nothing(database: Stored, tmp_path: Path) -> None:
    path = lines(tmp_path / "a", details(1), *(line for line, _ in HOSTILE.values()), details(2))
    with pytest.raises(CommandError, match=f"^{len(HOSTILE)} rejected$"):
        manage("load_views", path, kind="batch", strict=True)
    found = rejected(path)
    assert [number for number, _ in found] == [*range(2, len(HOSTILE) + 2)]
    for (_, reason), (name, (_, expected)) in zip(found, HOSTILE.items(), strict=True):
        assert reason.startswith(expected), name
    assert sorted(each["movie_id"] for each in database.batch_views.find()) == [1, 2]
    assert max(len(line) for line in Path(f"{path}.rejects.jsonl").read_text().splitlines()) < 20_000


def test_a_number_that_is_none_is_rejected_wherever_it_is(database: Stored, tmp_path: Path) -> None:
    odd = json.dumps(details() | {"more": [{"price": "$5", "x": float("nan")}]}).encode()
    path = lines(tmp_path / "a", odd, details() | {"more": {"$numberDouble": "Infinity"}})
    manage("load_views", path, kind="batch")
    assert rejected(path) == [(n, "a number in it is not finite") for n in (1, 2)]


def test_several_files_share_a_file_of_rejects_that_names_them(database: Stored, tmp_path: Path) -> None:
    files = [lines(tmp_path / name, b"{", details()) for name in ("a", "b")]
    manage("load_views", *files, kind="batch", rejects=str(tmp_path / "r"))
    assert [json.loads(line)["file"] for line in (tmp_path / "r").read_text().splitlines()] == files
    with pytest.raises(CommandError, match=r"no/r can't be written: No such file"):
        manage("load_views", *files, kind="batch", rejects=str(tmp_path / "no" / "r"))


def test_a_stored_stamp_that_is_text_is_not_newer(database: Stored, tmp_path: Path) -> None:
    database.batch_views.insert_one({"_id": "x", **details(title="Old")})
    manage("load_views", lines(tmp_path / "a", {"_id": "x", **details(title="New")}), kind="batch")
    (found,) = database.batch_views.find()
    assert found["data"]["title"] == "New"


def test_a_line_without_an_end_is_rejected_and_not_held(database: Stored, tmp_path: Path) -> None:
    path = lines(tmp_path / "a", details(1), b'{"a": "' + b"x" * (LONGEST_LINE + 10) + b'"}', details(2))
    assert "2 loaded, 1 rejected" in manage("load_views", path, kind="batch", rejects=str(tmp_path / "r"))
    assert json.loads((tmp_path / "r").read_text())["line"] == 2


def test_a_dry_run_judges_and_stores_nothing(database: Stored, tmp_path: Path) -> None:
    path = lines(tmp_path / "a", bucket(), bucket(hour="2026-05-04T12:30:00Z"))
    assert f"{path}: 1 could be loaded, 1 rejected" in manage("load_views", path, kind="speed", dry_run=True)
    assert rejected(path) == [(2, "trending.hour: a bucket starts on the hour")]
    assert database.speed_views.count_documents({}) == 0


def test_an_interrupted_load_says_how_far_it_came_and_is_completed_by_running_it_again(
    database: Stored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_views, "AT_ONCE", 2)
    path = lines(tmp_path / "a", *(details(number) for number in range(1, 8)))
    stored, calls = load_views._store, []

    def interrupted(*arguments: Any) -> int:
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
def test_a_file_that_is_not_there_is_named(database: Stored, tmp_path: Path, command: str) -> None:
    path = str(tmp_path / "no" / "such")
    arguments = (path,) if command == "load_views" else ("--output", path)
    with pytest.raises(CommandError, match=rf"{path} can't be (read|written): No such file"):
        manage(command, *arguments, "--kind", "batch")


def test_a_file_that_ends_early_says_so_after_what_could_be_loaded(database: Stored, tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(b"\n".join(json.dumps(details(n)).encode() for n in range(3000)))[:-20])
    with pytest.raises(CommandError, match=r"can't be read any further: .*loaded"):
        manage("load_views", str(path), kind="batch")
    assert database.batch_views.count_documents({}) >= 1000


def test_parquet_is_read_where_its_package_is(database: Stored, tmp_path: Path) -> None:
    path = tmp_path / "a"
    rows = [details() | {"computed_at": NOON, "version": 3}, details(2) | {"computed_at": NOON}]
    parquet.write_table(pa.Table.from_pylist(rows), path)
    assert "2 loaded" in manage("load_views", str(path), kind="batch")
    assert list(database.batch_views.find({}, {"_id": 0}).sort("movie_id")) == rows


def test_where_it_is_not_parquet_is_refused_with_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    (tmp_path / "a").write_bytes(b"PAR1 and so on")
    with pytest.raises(CommandError, match="is Parquet, which needs a package: pip install pyarrow"):
        manage("load_views", str(tmp_path / "a"), kind="batch")


def test_damaged_parquet_is_no_traceback(database: Stored, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"PAR1 and so on")
    with pytest.raises(CommandError, match=r"a can't be read: .*; .*a: 0 loaded"):
        manage("load_views", str(tmp_path / "a"), kind="batch")


def test_what_is_exported_is_loaded_back_unchanged(database: Stored, tmp_path: Path) -> None:
    batch = [
        {"_id": ObjectId(), **details(), "computed_at": NOON, "odd": Decimal128("1.10"), "nothing": None},
        {"_id": 7, **details(2), "computed_at": NOON + timedelta(hours=1), "big": Int64(2**60), "nested": [{"a": 1.0}]},
        {"_id": "x", **details(3), "computed_at": NOON, "batch_run_id": "r"},
    ]
    database.batch_views.insert_many(batch)
    for name in ("all.jsonl", "all.jsonl.gz"):
        path = str(tmp_path / name)
        manage("export_views", "--kind", "batch", "--output", path)
        database.batch_views.delete_many({})
        manage("load_views", path, kind="batch")
        assert list(database.batch_views.find().sort("movie_id")) == batch
    assert not list(tmp_path.glob("*.part"))

    def exported(*arguments: str) -> list[int]:
        manage("export_views", "--kind", "batch", "--output", path, *arguments)
        return [json_util.loads(line)["movie_id"] for line in gzip.open(path, "rt")]

    assert exported("--movie", "1", "3") == [1, 3]
    assert exported("--since", "2026-05-04T12:30:00Z") == [2]
    assert exported("--run", "r") == [3]
    with pytest.raises(CommandError, match="--run goes with --kind batch"):
        manage("export_views", "--kind", "speed", "--run", "r")


def test_a_check_tells_what_is_wrong_by_kind_with_examples(database: Stored, tmp_path: Path) -> None:
    stamped: dict[str, Any] = {"synced_at": NOON, "hour": NOON}
    database.batch_views.insert_many(
        [
            *({"_id": f"bad{n}", **details(), "computed_at": NOON, "data": {"title": 7}} for n in range(4)),
            {"_id": "good", **details(), "computed_at": NOON},
            {"_id": "same", **details(title="alien"), "computed_at": NOON + timedelta(hours=1)},
        ]
    )
    database.speed_views.insert_many(
        [
            {"_id": "no expiry", **bucket(**stamped)},
            {"_id": "late", **bucket(2, **stamped, ttl_expires_at=NOON + timedelta(hours=72))},
            {"_id": "fine", **bucket(3, **stamped, ttl_expires_at=NOON + timedelta(hours=48))},
        ]
    )
    told = manage("check_views")
    assert "batch_views: 2 movie_details" in told
    assert "4 × movie_details.title: title: a string was expected, not int (such as bad0, bad1, bad2)" in told
    assert "about the same as another one: 1 movie_details" in told
    assert "1 × ttl_expires_at: it is missing (such as no expiry)" in told
    assert "1 × ttl_expires_at: it is not 48 hours after the hour (such as late)" in told
    report = json.loads(manage("check_views", "--json", "--kind", "speed", "--no-duplicates"))
    assert report["speed_views"]["documents"] == {"trending": 3}
    assert report["speed_views"]["duplicates"] is None
    with pytest.raises(CommandError, match="6 violations"):
        manage("check_views", "--fail")
    database.batch_views.delete_many({"_id": {"$regex": "^bad"}})
    manage("check_views", "--fail", "--kind", "batch")
