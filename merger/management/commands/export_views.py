"""``manage.py export_views``: writes documents of a collection to a file that ``load_views`` reads.

Requirement O3.
"""

from __future__ import annotations

import gzip
import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final, cast

from bson import json_util
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from merger.configuration import configured_contract
from merger.contract.fields import readable
from merger.contract.importing import BATCH_KIND, COLLECTION_OF, KINDS, SPEED_KIND
from merger.contract.stamps import moment
from merger.core.stamps import ABSENT, MILLISECONDS, SECONDS, TEXT, stamp_ranges
from merger.errors import StoreError
from merger.management.errors import as_command_errors
from merger.management.progress import Progress
from merger.stores.mongo.client import database
from merger.stores.mongo.store import MongoStore

_FORMS: Final = (TEXT, SECONDS, MILLISECONDS, ABSENT)
_SINCE = {BATCH_KIND: "computed_at", SPEED_KIND: "hour"}


class Command(BaseCommand):
    help = (
        "Writes documents of one collection to a file or to standard output, one per line, as they are stored, in "
        "MongoDB's extended JSON: every type survives, and load_views reads the file back unchanged. A file whose name "
        "ends in .gz is compressed by gzip. The file appears under its name only when it is complete. Exits with 1 "
        "when MongoDB or the file fails."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--kind", required=True, choices=KINDS, help="batch_views or speed_views")
        parser.add_argument("--output", metavar="FILE", default="-", help="default: standard output")
        parser.add_argument("--movie", type=int, nargs="+", metavar="ID", help="only documents about these movies")
        parser.add_argument(
            "--since",
            type=moment,
            metavar="MOMENT",
            help="only batch documents computed, or hours begun, since then, and those that tell no such date",
        )
        parser.add_argument("--run", metavar="RUN", help="only documents of this batch_run_id")

    @as_command_errors(StoreError)
    def handle(self, *args: Any, **options: Any) -> None:
        if options["run"] is not None and options["kind"] != BATCH_KIND:
            raise CommandError("--run goes with --kind batch: speed documents belong to no run")
        wanted = _filter_for(options["kind"], options["movie"], options["since"], options["run"])
        is_older = _OlderThan(options["since"], configured_contract().aliases.names_of_stamp(_SINCE[options["kind"]]))
        collection = COLLECTION_OF[options["kind"]]
        store = MongoStore(database(), settings.MONGODB_TIMEOUT)
        progress = Progress(self.stderr, f"{collection}: documents written")
        try:
            with _open_output(options["output"]) as output:
                for documents in progress.track(store.batches(collection, wanted)):
                    for document in documents:
                        if is_older(document):
                            continue
                        output.write(json_util.dumps(document, json_options=json_util.CANONICAL_JSON_OPTIONS).encode())
                        output.write(b"\n")
        except OSError as error:
            raise CommandError(f"{options['output']} can't be written: {error.strerror or error}") from error


def _filter_for(kind: str, movies: list[int] | None, since: datetime | None, run: str | None) -> dict[str, Any]:
    wanted = {
        "movie_id": movies and {"$in": [*movies, *map(str, movies)]},
        "$or": since and [{_SINCE[kind]: each} for each in stamp_ranges(since, None, _FORMS)],
        "batch_run_id": run,
    }
    return {name: condition for name, condition in wanted.items() if condition is not None}


@dataclass(frozen=True, slots=True)
class _OlderThan:
    """Whether a document's stamp, in any form and under any of its names, is from before a moment."""

    since: datetime | None
    names: Sequence[str]

    def __call__(self, document: Mapping[str, Any]) -> bool:
        value = next((document[name] for name in self.names if document.get(name) is not None), None)
        stamp = None if self.since is None else readable(value, moment)
        return stamp is not None and stamp < self.since


@contextmanager
def _open_output(name: str) -> Iterator[IO[bytes]]:
    """Opens the output; a file appears under its name when everything is in it."""
    if name == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = Path(f"{name}.part")
    try:
        with gzip.open(part, "wb") if name.endswith(".gz") else part.open("wb") as file:
            yield cast("IO[bytes]", file)
        os.replace(part, name)  # noqa: PTH105  # replaces atomically, as its name says
    finally:
        part.unlink(missing_ok=True)
