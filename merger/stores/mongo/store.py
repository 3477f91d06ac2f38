"""MongoDB behind the ``Store`` protocol: one deadline per call, and every error mapped.

Nothing that a producer wrote makes decoding raise: dates that Python can't hold become ``DatetimeMS``, broken UTF-8 is
replaced, and the contract skips what it can't read. If a reply holds a document that can't be decoded at all, the find
is repeated and each document decoded by itself, so that the others are still served. Requirement D2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast

import bson
import pymongo
from bson.errors import BSONError, InvalidBSON
from bson.raw_bson import RawBSONDocument
from pymongo import errors
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.cursor import Cursor
from pymongo.database import Database

from merger.deadline import seconds_left
from merger.stores.mongo.causal_reads import CausalClock
from merger.stores.mongo.client import CODEC
from merger.stores.mongo.errors import mongo_call
from merger.stores.mongo.type_ranges import with_type_ranges
from merger.stores.store import Document, Find

D = TypeVar("D", bound=Document)


_RAW_CODEC = CODEC.with_options(document_class=RawBSONDocument)


_BATCH_SIZE = 100_000
"""Documents per reply. Servers cap a reply at 16 MB anyway, so this asks for as few round trips as possible."""


_STREAM_BATCH = 250
"""Documents per reply of ``batches``: more of them cost a worker megabytes and save no time."""


_FIRST_REPLY_SECONDS, _NEXT_REPLY_SECONDS = 600.0, 60.0
"""Time limits of ``batches``: the server may search for long before its first reply, but not before a later one."""


class MongoStore:
    """Reads through pymongo.

    Args:
        source: the database.
        timeout: seconds for one call, retries included.
        clock: shared by all stores that read for the same answers; ``None``: a clock of its own.
    """

    def __init__(self, source: Database[dict[str, Any]], timeout: float, clock: CausalClock | None = None) -> None:
        self._database = source
        self._timeout = timeout
        self._clock = clock or CausalClock(source.client)

    def find(self, find: Find) -> list[Document]:
        """Finds documents, with one retry after a lost connection."""
        source = self._database[find.collection]
        with mongo_call(seconds_left(self._timeout)), self._clock.session() as session:
            try:
                return [*_run(find, source, session)]
            except errors.AutoReconnect as error:
                if error.timeout:
                    raise
                # One retry: the server may have closed an idle connection long ago.
                return [*_run(find, source, session)]
            except InvalidBSON:
                return [_decode(raw) for raw in _run(find, source.with_options(codec_options=_RAW_CODEC), session)]

    def count(self, collection: str, wanted: Mapping[str, Any]) -> int:
        """Counts matching documents."""
        with mongo_call(seconds_left(self._timeout)):
            return self._database[collection].count_documents(wanted)

    def explain(self, find: Find) -> Mapping[str, Any]:
        """Runs a find and returns the server's plan for it, with ``executionStats``."""
        wanted = with_type_ranges(find.filter)
        command = {"find": find.collection, "filter": wanted, "projection": dict.fromkeys(find.without, 0)}
        with mongo_call(seconds_left(self._timeout)):
            return self._database.command("explain", command, verbosity="executionStats")

    def batches(
        self, collection: str, wanted: Mapping[str, Any], only: tuple[str, ...] = ()
    ) -> Iterator[Sequence[Document]]:
        """Yields matching documents in batches."""
        with self._clock.session() as session:
            replies = self._database[collection].find_raw_batches(
                wanted, list(only) or None, batch_size=_STREAM_BATCH, session=session
            )
            seconds = _FIRST_REPLY_SECONDS
            while True:
                # The limit must not stay set between replies, or it would apply to the caller's code too.
                with mongo_call(seconds):
                    reply = next(replies, None)
                if reply is None:
                    return
                yield _decode_batch(cast("bytes", reply))
                seconds = _NEXT_REPLY_SECONDS

    def ping(self) -> None:
        """Pings the server."""
        with mongo_call(self._timeout):
            self._database.command("ping")


def _run(find: Find, source: Collection[D], session: ClientSession | None) -> Cursor[D]:
    projection = dict.fromkeys(find.only, 1) or dict.fromkeys(find.without, 0) or None
    size = 0 if find.limit else _BATCH_SIZE
    wanted = with_type_ranges(find.filter)
    cursor = source.find(wanted, projection, limit=find.limit, batch_size=size, session=session)
    return cursor if find.newest_by is None else cursor.sort(find.newest_by, pymongo.DESCENDING)


def _decode_batch(reply: bytes) -> Sequence[Document]:
    try:
        return bson.decode_all(reply, CODEC)
    except BSONError:
        return [_decode(raw) for raw in bson.decode_all(reply, _RAW_CODEC)]


def _decode(raw: RawBSONDocument) -> Document:
    """Decodes one document; of one too deep for any decoder, returns the plain values of its top level."""
    try:
        return bson.decode(raw.raw, CODEC)
    except BSONError:
        pass
    try:
        return {key: value for key, value in raw.items() if not isinstance(value, Mapping | list)}
    except BSONError:
        return {}
