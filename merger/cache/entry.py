"""A cached answer and the bytes that Redis holds of it. Pure: no Redis, no clock.

The bytes are a seal, one line of JSON about the answer, and the answer's own JSON, which is served unchanged. The seal
is a keyed digest over all of it and over the key that it is stored under: a value that was damaged, moved to another
key, or written by another program is refused. Requirement C2.
"""

from __future__ import annotations

import gzip
import hashlib
import hmac
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated

import msgspec
import orjson

from merger.core.evidence import Assumption, Reason
from merger.core.windows import isoformat
from merger.errors import Interval, NotFound

COMPRESS_FROM = 8192
"""Bytes; a body this large or larger is compressed, once, when it is stored."""


BEING_REPLACED = "it is being recomputed"
"""The reason for a stale answer where the store was not found away."""


CLOCKS_DIFFER = 10.0
"""Seconds by which the clocks of hosts may differ."""


_GZIP_LEVEL = 5
"""Nearly as small as the best level, at a third of its time."""


_SEAL_SIZE = 16


_Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class _Gap(msgspec.Struct, frozen=True):
    start: _Moment | None
    end: _Moment


class _Guess(msgspec.Struct, frozen=True):
    start: _Moment | None
    end: _Moment
    reason: Reason


class _Head(msgspec.Struct, frozen=True, omit_defaults=True):
    """The JSON line about an answer; fields as in ``Entry``. A line that lacks a field without default is refused."""

    etag: str
    made: float
    ttl: int
    cost: float
    missing: tuple[_Gap, ...]
    generations: tuple[str, ...]
    gzip: bool
    absent: bool
    assumed: tuple[_Guess, ...] = ()
    data_version: str = ""


_encode, _decode = msgspec.json.Encoder().encode, msgspec.json.Decoder(_Head).decode


@dataclass(frozen=True)
class Entry:
    """A stored answer, or the fact that there is none.

    Args:
        stored: encoded JSON object, gzipped if ``compressed``.
        compressed: whether ``stored`` is gzipped.
        etag: strong entity tag of the uncompressed answer, quoted (C9).
        made: when its computation began; seconds since the epoch.
        ttl: seconds from then on for which it is fresh.
        cost: seconds that its computation took.
        missing: intervals that the answer lacks (M8).
        assumed: intervals that it assumes to be known (M8).
        generations: the generations that it was computed under, in the order of the request's names.
        absent: what was not found, in place of an answer (C7).
        away: layers that did not answer. Such an entry is never stored, hence not encoded (F5).
        data_version: names the data that the answer stands on (M14); empty for an absence.
    """

    stored: bytes
    compressed: bool
    etag: str
    made: float
    ttl: int
    cost: float
    missing: tuple[Interval, ...] = ()
    generations: tuple[str, ...] = ()
    assumed: tuple[Assumption, ...] = ()
    absent: NotFound | None = field(default=None, compare=False)
    away: frozenset[str] = frozenset()
    data_version: str = ""

    @classmethod
    def of(
        cls,
        key: str,
        body: bytes,
        *,
        made: float,
        ttl: int,
        cost: float = 0.0,
        missing: tuple[Interval, ...] = (),
        generations: tuple[str, ...] = (),
        assumed: tuple[Assumption, ...] = (),
        data_version: str = "",
    ) -> Entry:
        """The entry of an answer. Its entity tag stands for the key and for every byte of the body.

        The body says which data it rests on (``freshness``), so that other data give another tag.
        """
        digest = hashlib.blake2b(key.encode() + b"\n" + body, digest_size=12).hexdigest()
        compressed = len(body) >= COMPRESS_FROM
        stored = gzip.compress(body, _GZIP_LEVEL, mtime=0) if compressed else body
        about = f'"{digest}"', made, ttl, cost, missing, generations, assumed
        return cls(stored, compressed, *about, data_version=data_version)

    @classmethod
    def of_absence(cls, error: NotFound, *, made: float, ttl: int, generations: tuple[str, ...] = ()) -> Entry:
        """The entry that says an answer does not exist."""
        return cls(b"", compressed=False, etag="", made=made, ttl=ttl, cost=0.0, generations=generations, absent=error)

    @cached_property
    def body(self) -> bytes:
        """The encoded JSON object, uncompressed."""
        return gzip.decompress(self.stored) if self.compressed else self.stored

    @property
    def size(self) -> int:
        """Approximate bytes that it occupies in a process, with its body, which is unpacked on first use and kept."""
        unpacked = int.from_bytes(self.stored[-4:], "little") if self.compressed else 0  # gzip's trailer says it
        return len(self.stored) + unpacked + 500

    def age(self, now: float) -> float:
        """Seconds since its computation began; never negative, though hosts' clocks differ a little."""
        return max(0.0, now - self.made)

    def is_ahead(self, now: float) -> bool:
        """Whether it says that it was made later than any clock can say that goes about right."""
        return self.made > now + CLOCKS_DIFFER

    def as_stale(self, key: str, reason: str) -> Entry:
        """The same answer with a warning in its ``freshness`` that it is a stale one.

        Requirement C4.
        """
        content = orjson.loads(self.body)
        made = isoformat(datetime.fromtimestamp(self.made, UTC).replace(microsecond=0))
        content["freshness"]["warnings"].append(f"stale_answer: this answer is from {made}; {reason}")
        warned = Entry.of(key, orjson.dumps(content), made=self.made, ttl=self.ttl)
        return replace(self, stored=warned.stored, compressed=warned.compressed, etag=warned.etag)

    def encode(self, key: str, secret: bytes) -> bytes:
        """Its bytes, sealed for the key that they are stored under."""
        missing = tuple(_Gap(*interval) for interval in self.missing)
        assumed = tuple(_Guess(each.start, each.end, each.reason) for each in self.assumed)
        head = _Head(
            etag=self.etag,
            made=self.made,
            ttl=self.ttl,
            cost=self.cost,
            missing=missing,
            assumed=assumed,
            generations=self.generations,
            gzip=self.compressed,
            absent=self.absent is not None,
            data_version=self.data_version,
        )
        content = _encode(head) + b"\n" + (self.stored if self.absent is None else _absence(self.absent))
        return _seal(key, secret, content) + content

    @classmethod
    def decode(cls, raw: bytes, key: str, secret: bytes) -> Entry:
        """Reads what ``encode`` wrote.

        Raises:
            ValueError: the bytes are something else, of another key, or sealed with another secret.
        """
        seal, content = raw[:_SEAL_SIZE], raw[_SEAL_SIZE:]
        if not hmac.compare_digest(seal, _seal(key, secret, content)):
            raise ValueError("not an entry of this cache")
        head_bytes, _, stored = content.partition(b"\n")
        try:
            head = _decode(head_bytes)
            absent = NotFound(*json.loads(stored)) if head.absent else None
        except (msgspec.DecodeError, TypeError) as error:
            raise ValueError("an entry of another build of this service") from error
        stored = b"" if head.absent else stored
        missing = tuple([(gap.start, gap.end) for gap in head.missing])
        assumed = tuple([Assumption(each.start, each.end, each.reason) for each in head.assumed])
        about = head.gzip, head.etag, head.made, head.ttl, head.cost
        return cls(stored, *about, missing, head.generations, assumed, absent, data_version=head.data_version)


def _absence(error: NotFound) -> bytes:
    """The bytes of an absence. It holds callers' text, hence ``json``, which takes lone surrogates and any number."""
    return json.dumps([error.kind, error.key, error.near]).encode()


def _seal(key: str, secret: bytes, content: bytes) -> bytes:
    return hashlib.blake2b(key.encode() + b"\n" + content, key=secret, digest_size=_SEAL_SIZE).digest()
