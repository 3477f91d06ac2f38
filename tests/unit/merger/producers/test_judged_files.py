"""Files are judged document by document, and all documents are kept to answer from."""

from __future__ import annotations

import json
from pathlib import Path

from merger.contract.documents import Contract, Documents
from merger.core.windows import HOUR
from merger.producers.judged_files import JudgedFiles, newest_stamp
from tests.unit.merger.documents import bucket, total
from tests.unit.merger.examples import RUN


def judged(tmp_path: Path, kind: str | None = None) -> JudgedFiles:
    path = tmp_path / "a.jsonl"
    unreadable = {**total(5, RUN), "movie_id": None}
    documents = [json.dumps(each, default=str) for each in (total(5, RUN), unreadable, bucket(RUN, 1), [1])]
    path.write_text("\n".join([*documents, "{"]))
    return JudgedFiles.read([str(path)], Contract(), kind=kind)


def test_documents_are_kept_as_they_would_be_stored_and_unreadable_ones_as_they_are(tmp_path: Path) -> None:
    found = judged(tmp_path)
    first, second = found.raw["batch"]
    assert (first["computed_at"], first["_id"][:7]) == (RUN + HOUR, "loaded:")
    assert (second["computed_at"], second["_id"]) == (str(RUN + HOUR), f"{tmp_path}/a.jsonl:2")
    assert [each["hour"] for each in found.raw["speed"]] == [RUN]
    documents = found.documents()
    assert (len(documents.batch), len(documents.speed), len(documents.skipped)) == (1, 1, 1)
    reasons = [each["what"] for each in found.report.as_dict()["unreadable"]]
    assert [reason.partition(":")[0] for reason in reasons] == [
        "sentiment.movie_id",
        "a document is an object, not list",
        "it is not JSON",
    ]


def test_a_kind_that_is_given_wins_over_what_documents_tell(tmp_path: Path) -> None:
    assert len(judged(tmp_path, "speed").raw["speed"]) == 3


def test_the_newest_stamp_is_that_of_any_document(tmp_path: Path) -> None:
    documents = judged(tmp_path).documents()
    assert newest_stamp(documents) == max(documents.batch[0].computed_at, documents.speed[0].synced_at)
    assert newest_stamp(Documents()) is None


def test_of_documents_with_one_id_the_newest_is_kept_as_load_views_does(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    late, early = total(5, RUN) | {"computed_at": RUN + 2 * HOUR}, total(5, RUN)
    retried = json.loads(json.dumps(late, default=str))
    retried["data"]["review_count"] = 7
    path.write_text("\n".join(json.dumps(each, default=str) for each in (early, late, retried, early)))
    (kept,) = JudgedFiles.read([str(path)], Contract()).raw["batch"]
    assert kept["data"]["review_count"] == 7


def test_a_file_that_fails_does_not_keep_the_others_from_being_judged(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"PAR1 and so on")
    (tmp_path / "b").write_text(json.dumps([total(5, RUN)], default=str)[:-1])
    names = ["a", "none", "b"]
    found = JudgedFiles.read([str(tmp_path / name) for name in names], Contract())
    assert len(found.raw["batch"]) == 1
    assert [f"/{name} can't be read" in reason for name, reason in zip(names, found.failures, strict=True)] == [
        True
    ] * 3
