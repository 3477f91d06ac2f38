"""``manage.py load_views``: documents from files into the collections (O3)."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import bson
from bson import json_util
from bson.errors import BSONError
from bson.raw_bson import RawBSONDocument
from django.core.management.base import BaseCommand, CommandError
from pymongo import ReplaceOne
from pymongo.errors import BulkWriteError

from merger.configuration import aliases
from merger.contract import collections
from merger.contract.documents import Contract
from merger.contract.importing import BATCH, KINDS, STAMPS, LineReader, Ready, Rejected
from merger.errors import StoreError
from merger.indexes.shards import keys_of
from merger.management.progress import Progress
from merger.management.view_files import STDIN, UnreadableFile, ViewFile, opened
from merger.stores.mongo.client import database
from merger.stores.mongo.errors import mongo_call

AT_ONCE = 1000
"""Documents that are written at once."""

WRITTEN_WITHIN = 60.0
"""Seconds for that."""

_LARGEST = 16 * 2**20
_SHOWN = 2000
_DUPLICATE_KEY = 11000
_OPTIONS = json_util.JSONOptions(tz_aware=True)


@dataclass
class Counts:
    """What became of the items.

    Attributes:
        stored: written, or as good.
        older: left out, since the store has a newer document about the same.
        rejected: can't be stored.
        last: number of the last item that was dealt with.
    """

    stored: int = 0
    older: int = 0
    rejected: int = 0
    last: int = 0


@dataclass
class Rejects:
    """The file of what was rejected, made when there is anything.

    Attributes:
        path: of it.
    """

    path: Path
    _is_begun: bool = False
    _file: IO[str] | None = field(default=None, repr=False)

    def note(self, name: str, number: int, reason: str, item: Any) -> None:
        """One more, with its file, number and reason."""
        if self._file is None:
            try:
                self._file = self.path.open("a" if self._is_begun else "w", encoding="utf-8")
            except OSError as error:
                raise UnreadableFile(f"{self.path} can't be written: {error.strerror or error}") from error
        text = item.decode("utf-8", "replace") if isinstance(item, bytes) else str(item)
        self._file.write(
            json.dumps({"file": name, "line": number, "reason": reason, "text": text[:_SHOWN].rstrip("\n")}) + "\n"
        )

    def close(self) -> None:
        """Ends it; what is noted later goes on in it."""
        if self._file is not None:
            self._file.close()
            self._is_begun, self._file = True, None


class Command(BaseCommand):
    help = (
        "Loads documents of one collection from files: a JSON document per line, plain or compressed by gzip, as "
        "MongoDB's extended JSON or with ISO 8601 dates; Parquet where pyarrow is installed; - reads standard input. "
        "Each document is read by the contract first; one that it can't read is not stored but written to a file with "
        "its line and the reason, and the rest goes on. A document replaces the one about the same that was loaded "
        "before, unless that is newer: the same file may be loaded again, and a load that was interrupted is "
        "completed by running it again. Exits with 1 when a file or MongoDB fails, and, with --strict, when anything "
        "was rejected."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="a path, or - for standard input")
        parser.add_argument("--kind", required=True, choices=KINDS, help="whose documents: batch_views or speed_views")
        parser.add_argument("--dry-run", action="store_true", help="read and judge everything, store nothing")
        parser.add_argument("--strict", action="store_true", help="exit with 1 when anything was rejected")
        parser.add_argument(
            "--rejects", metavar="FILE", help="where rejected lines go (default: FILE.rejects.jsonl beside the file)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        reader = LineReader(options["kind"], Contract(aliases()), _extended)
        rejected = 0
        common = Rejects(Path(options["rejects"])) if options["rejects"] else None
        for name in options["files"]:
            counts = Counts()
            rejects = common or Rejects(Path(f"{'stdin' if name == STDIN else name}.rejects.jsonl"))
            try:
                with ExitStack() as stack:
                    stack.callback(rejects.close)
                    self._load(stack.enter_context(opened(name)), reader, counts, rejects, options)
            except (UnreadableFile, StoreError) as error:
                raise CommandError(f"{error}; {_told(name, counts, rejects, options)}") from error
            except KeyboardInterrupt:
                told = f"Interrupted: {_told(name, counts, rejects, options)}. Run it again to load the rest"
                raise CommandError(told, returncode=130) from None
            self.stdout.write(_told(name, counts, rejects, options))
            rejected += counts.rejected
        if rejected and options["strict"]:
            raise CommandError(f"{rejected:,} rejected")

    def _load(
        self, file: ViewFile, reader: LineReader, counts: Counts, rejects: Rejects, options: dict[str, Any]
    ) -> None:
        progress = Progress(self.stderr, f"{file.name}: documents", share=lambda: file.share)
        sharded = () if options["dry_run"] else keys_of(database())
        for part in _parts(file, reader, counts, rejects):
            if not options["dry_run"]:
                older = _store(options["kind"], [ready for _, ready in part], sharded)
                counts.older += older
                counts.stored -= older
            counts.stored += len(part)
            counts.last = part[-1][0]
            progress.step(len(part))
        progress.end()


def _parts(file: ViewFile, reader: LineReader, counts: Counts, rejects: Rejects) -> Iterator[list[tuple[int, Ready]]]:
    """What can be stored, some at a time, with its numbers."""
    part: list[tuple[int, Ready]] = []
    for number, item in file.items():
        try:
            part.append((number, _encoded(reader.read_value(item) if file.is_table else reader.read(item))))
        except Rejected as reason:
            counts.rejected += 1
            rejects.note(file.name, number, str(reason), item)
        if len(part) >= AT_ONCE:
            yield part
            part = []
    if part:
        yield part


def _encoded(ready: Ready) -> Ready:
    """The same as it is stored: what no store takes is found out here, one by one.

    Raises:
        Rejected: saying what is wrong.
    """
    odd = next((name for name in ready.document if name.startswith("$")), None)
    if odd is not None:
        raise Rejected(f"a field can't be called {odd!r}")
    try:
        content = bson.encode(ready.document)
    except (BSONError, OverflowError, TypeError, ValueError, RecursionError) as error:
        raise Rejected(f"it can't be stored: {error}") from None
    if len(content) > _LARGEST:
        raise Rejected(f"a document has {_LARGEST} bytes at most")
    return Ready(RawBSONDocument(content), ready.stamp)  # type: ignore[arg-type]  # a mapping, which is all that it need be


def _store(kind: str, part: list[Ready], sharded: Collection[str]) -> int:
    """Writes them; how many were left out since the store has a newer one."""
    collection = database()[collections.BATCH if kind == BATCH else collections.SPEED]
    stamp = STAMPS[kind]
    # Where the document that is there is newer, the filter misses it, and the insert meets its id. On shards an upsert
    # says which one it is for.
    writes = [
        ReplaceOne(
            {
                "_id": {"$eq": each.document["_id"]},
                stamp: {"$not": {"$gt": each.stamp}},
                **({"movie_id": {"$eq": each.document.get("movie_id")}} if collection.name in sharded else {}),
            },
            each.document,
            upsert=True,
        )
        for each in part
    ]
    with mongo_call(WRITTEN_WITHIN):
        try:
            collection.bulk_write(writes, ordered=False)
        except BulkWriteError as error:
            errors = error.details["writeErrors"]
            if any(each["code"] != _DUPLICATE_KEY for each in errors) or error.details.get("writeConcernErrors"):
                raise
            return len(errors)
    return 0


def _extended(line: bytes) -> Any:
    try:
        return json_util.loads(line.decode("utf-8"), json_options=_OPTIONS)
    except (BSONError, OverflowError, ArithmeticError) as error:
        raise ValueError(str(error)) from None


def _told(name: str, counts: Counts, rejects: Rejects, options: dict[str, Any]) -> str:
    verb = "could be loaded" if options["dry_run"] else "loaded"
    told = f"{name}: {counts.stored:,} {verb}"
    if counts.older:
        told += f", {counts.older:,} left out, as there are newer ones"
    if counts.rejected:
        told += f", {counts.rejected:,} rejected, see {rejects.path}"
    return told
