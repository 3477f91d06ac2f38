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

from django.core.management.base import BaseCommand, CommandError
from pymongo import ReplaceOne
from pymongo.errors import BulkWriteError

from merger.configuration import configured_contract
from merger.contract.importing import COLLECTION_OF, KINDS, LineReader, Ready, Rejected
from merger.errors import StoreError
from merger.indexes.shards import shard_keys
from merger.lineage.receiver import recorded_load
from merger.management.progress import Progress
from merger.producers.encoding import decode, encode
from merger.producers.extended_json import parse_extended_json
from merger.producers.files import STDIN, BadRow, UnreadableFile, ViewFile, files_of, open_views
from merger.stores.mongo.batches import batched
from merger.stores.mongo.client import database
from merger.stores.mongo.errors import mongo_call

BATCH_SIZE = 1000
"""Documents per bulk write."""

WRITE_TIMEOUT_SECONDS = 60.0
"""Limit for one bulk write."""

_SHOWN_TEXT, _SHOWN_REASON = 2000, 300
_DUPLICATE_KEY = 11000
_ABOUT_DOCUMENT = frozenset({2, 9, 52, 53, 55, 57, 61, 66, 121, 171, 10334})
"""MongoDB's codes of errors that one document causes, such as a validator that refuses it."""


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


@dataclass(frozen=True, slots=True)
class Numbered:
    """A document that can be stored, with its number in its file."""

    number: int
    ready: Ready


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
                raise CommandError(f"{self.path} can't be written: {error.strerror or error}") from error
        text = item.decode("utf-8", "replace") if isinstance(item, bytes) else getattr(item, "text", "") or str(item)
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
        "interrupted load. A file that fails does not keep the next ones from being loaded. Exits with 1 when a file "
        "or MongoDB fails, when all of a file was rejected and, with --strict, when anything was."
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
        if options["dry_run"]:
            self._load_all(options)
            return
        with recorded_load(options["files"], COLLECTION_OF[options["kind"]]) as step:
            stored = self._load_all(options)
            if step is not None:
                step.outputs = [replace(each, documents=stored) for each in step.outputs]

    def _load_all(self, options: dict[str, Any]) -> int:
        """Loads every file; returns how many documents were stored.

        Raises:
            CommandError: as the command's help says.
        """
        reader, stored = LineReader(options["kind"], configured_contract(), parse_extended_json), 0
        rejected = 0
        failures: list[str] = []
        common = Rejects(Path(options["rejects"])) if options["rejects"] else None
        for name in options["files"]:
            counts = Counts()
            rejects = common or Rejects(_rejects_beside(name))
            try:
                unreadable = self._load_files(name, reader, counts, rejects, options)
            except StoreError as error:
                failures.append(f"{error}; {_summarize(name, counts, rejects, options)}")
                raise CommandError("\n".join(failures)) from error
            except KeyboardInterrupt:
                summary = f"Interrupted: {_summarize(name, counts, rejects, options)}. Run it again to load the rest"
                raise CommandError(summary, returncode=130) from None
            stored += counts.stored
            summary = _summarize(name, counts, rejects, options)
            if unreadable:
                failures.append("; ".join([*unreadable, summary]))
                continue
            self.stdout.write(summary)
            if counts.rejected and not counts.stored and not counts.older:
                failures.append(f"{name}: nothing of it could be loaded")
            rejected += counts.rejected
        if failures:
            raise CommandError("\n".join(failures))
        if rejected and options["strict"]:
            raise CommandError(f"{rejected:,} rejected")
        return stored

    def _load_files(
        self, name: str, reader: LineReader, counts: Counts, rejects: Rejects, options: dict[str, Any]
    ) -> list[str]:
        """Loads a file, or every file of a folder; returns why some could not be read, or not to their end."""
        failures = []
        try:
            parts = files_of(name)
        except UnreadableFile as error:
            return [str(error)]
        for part in parts:
            try:
                with closing(rejects), open_views(part) as file:
                    self._load(file, reader, counts, rejects, options)
            except UnreadableFile as error:
                failures.append(str(error))
        return failures

    def _load(
        self, file: ViewFile, reader: LineReader, counts: Counts, rejects: Rejects, options: dict[str, Any]
    ) -> None:
        progress = Progress(self.stderr, f"{file.name}: documents", share=lambda: file.share)
        sharded = () if options["dry_run"] else shard_keys(database())
        damage: list[UnreadableFile] = []
        for batch in progress.track(batched(_read_file(file, reader, counts, rejects, damage), BATCH_SIZE)):
            older, refused = (0, {}) if options["dry_run"] else _store(options["kind"], batch, sharded)
            for place, reason in refused.items():
                rejects.note(file.name, batch[place].number, reason, decode(batch[place].ready.document))
            counts.older += older
            counts.rejected += len(refused)
            counts.stored += len(batch) - older - len(refused)
        if damage:
            raise damage[0]


def _rejects_beside(name: str) -> Path:
    """The default file of rejects: beside a file or folder, never in the folder, whose files are read."""
    return Path("stdin.rejects.jsonl" if name == STDIN else f"{Path(name)}.rejects.jsonl")


def _read_file(
    file: ViewFile, reader: LineReader, counts: Counts, rejects: Rejects, damage: list[UnreadableFile]
) -> Iterator[Numbered]:
    """Yields the items that can be stored; counts and notes the rest.

    Where the file can't be read any further, the error is added to ``damage``: what was read is to be stored first.
    """
    read = partial(_read_row, reader) if file.is_table else reader.read
    try:
        for number, item in file.items():
            try:
                ready = read(item)
                yield Numbered(number, replace(ready, document=encode(ready.document)))  # type: ignore[arg-type]  # a mapping, as is required
            except Rejected as reason:
                counts.rejected += 1
                rejects.note(file.name, number, str(reason), item)
    except UnreadableFile as error:
        damage.append(error)


def _read_row(reader: LineReader, row: Any) -> Ready:
    if isinstance(row, BadRow):
        raise Rejected(row.reason)
    return reader.read_value(row)


def _store(kind: str, batch: list[Numbered], sharded: Collection[str]) -> tuple[int, dict[int, str]]:
    """Writes a batch.

    Returns:
        How many documents were left out because a newer one is stored, and by place in the batch why MongoDB refused
        documents.
    """
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
        for each in (numbered.ready for numbered in batch)
    ]
    with mongo_call(WRITE_TIMEOUT_SECONDS):
        try:
            collection.bulk_write(writes, ordered=False)
        except BulkWriteError as error:
            errors = error.details["writeErrors"]
            known = {_DUPLICATE_KEY, *_ABOUT_DOCUMENT}
            if error.details.get("writeConcernErrors") or any(each["code"] not in known for each in errors):
                raise
            refused = {
                each["index"]: f"MongoDB refused it: {each['errmsg'][:_SHOWN_REASON]}"
                for each in errors
                if each["code"] != _DUPLICATE_KEY
            }
            return len(errors) - len(refused), refused
    return 0, {}


def _summarize(name: str, counts: Counts, rejects: Rejects, options: dict[str, Any]) -> str:
    verb = "could be loaded" if options["dry_run"] else "loaded"
    summary = f"{name}: {counts.stored:,} {verb}"
    if counts.older:
        summary += f", {counts.older:,} left out since newer ones are stored"
    if counts.rejected:
        summary += f", {counts.rejected:,} rejected, see {rejects.path}"
    return summary
