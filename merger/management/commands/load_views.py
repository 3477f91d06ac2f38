"""``manage.py load_views``: loads documents from files into the collections.

Requirement O3.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import IO, Any

import bson
from bson.errors import BSONError
from bson.raw_bson import RawBSONDocument
from django.core.management.base import BaseCommand, CommandError
from pymongo import ReplaceOne
from pymongo.errors import BulkWriteError

from merger.configuration import configured_contract
from merger.contract.importing import COLLECTION_OF, KINDS, LineReader, Ready, Rejected
from merger.errors import StoreError
from merger.indexes.shards import shard_keys
from merger.management.progress import Progress
from merger.producers.extended_json import parse_extended_json
from merger.producers.files import STDIN, BadRow, UnreadableFile, ViewFile, files_of, open_views
from merger.stores.mongo.batches import batched
from merger.stores.mongo.client import database
from merger.stores.mongo.errors import mongo_call

BATCH_SIZE = 1000
"""Documents per bulk write."""

WRITE_TIMEOUT_SECONDS = 60.0
"""Limit for one bulk write."""

_MAX_DOCUMENT_BYTES = 16 * 2**20
_SHOWN_TEXT = 2000
_DUPLICATE_KEY = 11000


@dataclass
class Counts:
    """Counts of the items of a file by what happened to them.

    Attributes:
        stored: written, or valid in a dry run.
        older: left out because a newer document about the same thing is stored.
        rejected: can't be stored.
    """

    stored: int = 0
    older: int = 0
    rejected: int = 0


@dataclass
class Rejects:
    """The file of rejected items; created when there is the first.

    Attributes:
        path: where the file is.
    """

    path: Path
    _is_begun: bool = False
    _file: IO[str] | None = field(default=None, repr=False)

    def note(self, name: str, number: int, reason: str, item: Any) -> None:
        """Adds an item with its file, number and reason."""
        if self._file is None:
            try:
                self._file = self.path.open("a" if self._is_begun else "w", encoding="utf-8")
            except OSError as error:
                raise UnreadableFile(f"{self.path} can't be written: {error.strerror or error}") from error
        text = item.decode("utf-8", "replace") if isinstance(item, bytes) else str(item)
        self._file.write(
            json.dumps({"file": name, "line": number, "reason": reason, "text": text[:_SHOWN_TEXT].rstrip("\n")}) + "\n"
        )

    def close(self) -> None:
        """Closes the file; items noted later are appended."""
        if self._file is not None:
            self._file.close()
            self._is_begun, self._file = True, None


class Command(BaseCommand):
    help = (
        "Loads documents of one collection from files: JSON, one document per line, indented or in an array, plain or "
        "compressed by gzip, as MongoDB's extended JSON or with ISO 8601 dates; Parquet if pyarrow is installed; a "
        "folder of such files; - reads standard input. "
        "Each document is checked against the contract first; one that can't be read is not stored but written to a "
        "file with its line and the reason, and loading continues. A document replaces an earlier one about the same "
        "thing unless that is newer, so the same file may be loaded twice, and running the command again completes an "
        "interrupted load. Exits with 1 when a file or MongoDB fails and, with --strict, when anything was rejected."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="a file, a folder, or - for standard input")
        parser.add_argument("--kind", required=True, choices=KINDS, help="collection: batch_views or speed_views")
        parser.add_argument("--dry-run", action="store_true", help="check everything, store nothing")
        parser.add_argument("--strict", action="store_true", help="exit with 1 when anything was rejected")
        parser.add_argument(
            "--rejects", metavar="FILE", help="where rejected lines go (default: FILE.rejects.jsonl beside the file)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        reader = LineReader(options["kind"], configured_contract(), parse_extended_json)
        rejected = 0
        common = Rejects(Path(options["rejects"])) if options["rejects"] else None
        for name in options["files"]:
            counts = Counts()
            rejects = common or Rejects(_rejects_beside(name))
            try:
                for part in files_of(name):
                    with closing(rejects), open_views(part) as file:
                        self._load(file, reader, counts, rejects, options)
            except (UnreadableFile, StoreError) as error:
                raise CommandError(f"{error}; {_summarize(name, counts, rejects, options)}") from error
            except KeyboardInterrupt:
                summary = f"Interrupted: {_summarize(name, counts, rejects, options)}. Run it again to load the rest"
                raise CommandError(summary, returncode=130) from None
            self.stdout.write(_summarize(name, counts, rejects, options))
            rejected += counts.rejected
        if rejected and options["strict"]:
            raise CommandError(f"{rejected:,} rejected")

    def _load(
        self, file: ViewFile, reader: LineReader, counts: Counts, rejects: Rejects, options: dict[str, Any]
    ) -> None:
        progress = Progress(self.stderr, f"{file.name}: documents", share=lambda: file.share)
        sharded = () if options["dry_run"] else shard_keys(database())
        damage: list[UnreadableFile] = []
        for batch in progress.track(batched(_read_file(file, reader, counts, rejects, damage), BATCH_SIZE)):
            older = 0 if options["dry_run"] else _store(options["kind"], batch, sharded)
            counts.older += older
            counts.stored += len(batch) - older
        if damage:
            raise damage[0]


def _rejects_beside(name: str) -> Path:
    """The default file of rejects: beside a file or folder, never in the folder, whose files are read."""
    return Path("stdin.rejects.jsonl" if name == STDIN else f"{Path(name)}.rejects.jsonl")


def _read_file(
    file: ViewFile, reader: LineReader, counts: Counts, rejects: Rejects, damage: list[UnreadableFile]
) -> Iterator[Ready]:
    """Yields the items that can be stored; counts and notes the rest.

    Where the file can't be read any further, the error is added to ``damage``: what was read is to be stored first.
    """
    read = partial(_read_row, reader) if file.is_table else reader.read
    try:
        for number, item in file.items():
            try:
                yield _encode(read(item))
            except Rejected as reason:
                counts.rejected += 1
                rejects.note(file.name, number, str(reason), item)
    except UnreadableFile as error:
        damage.append(error)


def _read_row(reader: LineReader, row: Any) -> Ready:
    if isinstance(row, BadRow):
        raise Rejected(row.reason)
    return reader.read_value(row)


def _encode(ready: Ready) -> Ready:
    """Encodes a document as it is stored, so that one that can't be stored is found by itself and not in a batch.

    Raises:
        Rejected: says what is wrong.
    """
    reserved = next((name for name in ready.document if name.startswith("$")), None)
    if reserved is not None:
        raise Rejected(f"a field can't be called {reserved!r}")
    try:
        content = bson.encode(ready.document)
    except (BSONError, OverflowError, TypeError, ValueError, RecursionError) as error:
        raise Rejected(f"it can't be stored: {error}") from None
    if len(content) > _MAX_DOCUMENT_BYTES:
        raise Rejected(f"a document may have at most {_MAX_DOCUMENT_BYTES} bytes")
    return replace(ready, document=RawBSONDocument(content))  # type: ignore[arg-type]  # a mapping, as is required


def _store(kind: str, batch: list[Ready], sharded: Collection[str]) -> int:
    """Writes a batch; returns how many documents were left out because a newer one is stored."""
    collection = database()[COLLECTION_OF[kind]]
    # If the stored document is newer, the filter does not match it, and the insert fails with a duplicate id. In a
    # sharded collection the filter of an upsert must contain the shard key.
    writes = [
        ReplaceOne(
            {
                "_id": {"$eq": each.document["_id"]},
                each.stamp_name: {"$not": {"$gt": each.stamp}},
                **({"movie_id": {"$eq": each.document.get("movie_id")}} if collection.name in sharded else {}),
            },
            each.document,
            upsert=True,
        )
        for each in batch
    ]
    with mongo_call(WRITE_TIMEOUT_SECONDS):
        try:
            collection.bulk_write(writes, ordered=False)
        except BulkWriteError as error:
            errors = error.details["writeErrors"]
            if any(each["code"] != _DUPLICATE_KEY for each in errors) or error.details.get("writeConcernErrors"):
                raise
            return len(errors)
    return 0


def _summarize(name: str, counts: Counts, rejects: Rejects, options: dict[str, Any]) -> str:
    verb = "could be loaded" if options["dry_run"] else "loaded"
    summary = f"{name}: {counts.stored:,} {verb}"
    if counts.older:
        summary += f", {counts.older:,} left out since newer ones are stored"
    if counts.rejected:
        summary += f", {counts.rejected:,} rejected, see {rejects.path}"
    return summary
