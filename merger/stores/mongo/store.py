"""MongoDB behind the ``Store`` protocol: one client per process, one deadline per call, every error mapped.

Documents are decoded so that nothing a producer wrote can raise: dates that Python can't hold become ``DatetimeMS``,
broken UTF-8 is replaced, and the contract then skips what it can't read (D2). Where a reply holds a document that can't
be decoded at all, it is read again and decoded one by one, so that the others are answered.
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

from merger.deadline import left
from merger.errors import StoreUnavailable
from merger.stores.mongo.causal_reads import CausalClock
from merger.stores.mongo.client import _CODEC
from merger.stores.mongo.errors import mongo_call
from merger.stores.store import Document, Find

D = TypeVar("D", bound=Document)


_UNDECODED = _CODEC.with_options(document_class=RawBSONDocument)


_LARGEST_BATCH = 100_000
"""Documents per reply: servers cap a reply at 16 MB by themselves, so this asks for as few round trips as possible."""


_STREAMED = 250
"""Documents per reply of a read that is not held whole: larger ones cost a worker megabytes and no time less."""


_LONGEST_READ, _LONGEST_REPLY = 600.0, 60.0
"""Seconds that such a read may take the server, and that it may keep us waiting for one reply."""


class MongoStore:
    """Reads through pymongo.

    Args:
        source: the database.
        timeout: seconds that one call may take, retries included.
        seen: shared by all that read for the same answers; of its own where ``None``.
    """

    def __init__(self, source: Database[dict[str, Any]], timeout: float, seen: CausalClock | None = None) -> None:
        self._database = source
        self._timeout = timeout
        self._seen = seen or CausalClock(source.client)

    def find(self, find: Find) -> list[Document]:
        """See ``Store.find``."""
        seconds = left(self._timeout)
        if not seconds:
            raise StoreUnavailable("there was no time left to ask MongoDB")
        source = self._database[find.collection]
        with mongo_call(seconds), self._seen.reading() as session:
            try:
                return [*_run(find, source, session)]
            except errors.AutoReconnect as error:
                if error.timeout:
                    raise
                # Once more: what was open may have been closed at the other end long ago.
                return [*_run(find, source, session)]
            except InvalidBSON:
                return [_decoded(raw) for raw in _run(find, source.with_options(codec_options=_UNDECODED), session)]

    def explain(self, find: Find) -> Mapping[str, Any]:
        """See ``Store.explain``."""
        seconds = left(self._timeout)
        if not seconds:
            raise StoreUnavailable("there was no time left to ask MongoDB")
        command = {"find": find.collection, "filter": find.filter, "projection": dict.fromkeys(find.without, 0)}
        with mongo_call(seconds):
            return self._database.command("explain", command, verbosity="executionStats")

    def batches(self, collection: str, wanted: Mapping[str, Any]) -> Iterator[Sequence[Document]]:
        """See ``Store.batches``."""
        with self._seen.reading() as session:
            replies = self._database[collection].find_raw_batches(wanted, batch_size=_STREAMED, session=session)
            seconds = _LONGEST_READ
            while True:
                # A deadline that stayed set between the replies would be the reader's too.
                with mongo_call(seconds):
                    reply = next(replies, None)
                if reply is None:
                    return
                yield _all_decoded(cast("bytes", reply))
                seconds = _LONGEST_REPLY

    def ping(self) -> None:
        """See ``Store.ping``."""
        with mongo_call(self._timeout):
            self._database.command("ping")


def _run(find: Find, source: Collection[D], session: ClientSession | None) -> Cursor[D]:
    projection = dict.fromkeys(find.only, 1) or dict.fromkeys(find.without, 0) or None
    size = 0 if find.limit else _LARGEST_BATCH
    cursor = source.find(find.filter, projection, limit=find.limit, batch_size=size, session=session)
    return cursor if find.newest_by is None else cursor.sort(find.newest_by, pymongo.DESCENDING)


def _all_decoded(reply: bytes) -> Sequence[Document]:
    try:
        return bson.decode_all(reply, _CODEC)
    except BSONError:
        return [_decoded(raw) for raw in bson.decode_all(reply, _UNDECODED)]


def _decoded(raw: RawBSONDocument) -> Document:
    """A document on its own; of one that no decoder takes, say for its depth, what lies at its top level."""
    try:
        return bson.decode(raw.raw, _CODEC)
    except BSONError:
        pass
    try:
        return {key: value for key, value in raw.items() if not isinstance(value, Mapping | list)}
    except BSONError:
        return {}
