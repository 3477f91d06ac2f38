"""The contents of the shared cache, for staff: the size of each view, the largest entries, one entry unpacked.

Requirement O4.
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import orjson
from redis import Redis

from merger.cache.answer_cache import AnswerCache
from merger.cache.entry import Entry
from merger.core.windows import isoformat
from merger.stores.redis.cluster import writable_servers

MOST_KEYS: Final = 20_000
"""Keys scanned, of whatever kind; a large Redis is not read whole for a page."""


BATCH_SIZE: Final = 500
"""Keys per scan."""


LARGEST_SHOWN: Final = 20


TIMEOUT_SECONDS: Final = 2.0
"""Time limit of a scan; what it has found by then is shown."""


_PARTITION_TAG: Final = re.compile(r"\A\{\d+\}")
"""The beginning of a key in a Cluster."""


@dataclass(frozen=True, slots=True)
class CachedView:
    """Number and bytes of a view's entries."""

    entries: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry's key and size; its content is not read.

    Args:
        key: without the namespace.
        bytes: stored.
        seconds: until it expires.
    """

    key: str
    bytes: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Contents:
    """The result of a scan.

    Args:
        views: the size of each view, by name.
        largest: entries, the largest first.
        is_whole: whether the scan reached the end.
    """

    views: Mapping[str, CachedView] = field(default_factory=dict)
    largest: tuple[StoredEntry, ...] = ()
    is_whole: bool = True


def scan(cache: AnswerCache, views: Iterable[str]) -> Contents:
    """Scans the keys of the shared cache, a batch at a time and not for long.

    Args:
        cache: this process's.
        views: names of all views.

    Raises:
        RedisTrouble: Redis gave no usable reply.
    """
    found: list[StoredEntry] = []
    namespace = cache.redis_tier.namespace
    link, give_up = cache.redis_tier.link, time.monotonic() + TIMEOUT_SECONDS
    many, cursor = len(link.ask(writable_servers)), 0
    for place in range(many):
        for _ in range(MOST_KEYS // BATCH_SIZE // many):
            cursor, part = link.ask(partial(_scan_some, place=place, namespace=namespace, cursor=cursor))
            found += part
            if cursor == 0 or time.monotonic() > give_up:
                break
        if cursor:
            break
    known = set(views)
    entries = {each.key: each for each in found if each.key.rpartition(":")[0] in known and each.seconds > -2}
    sizes: defaultdict[str, list[int]] = defaultdict(list)
    for each in entries.values():
        sizes[each.key.rpartition(":")[0]].append(each.bytes)
    sums = {name: CachedView(len(of_view), sum(of_view)) for name, of_view in sorted(sizes.items())}
    largest = sorted(entries.values(), key=lambda each: (-each.bytes, each.key))[:LARGEST_SHOWN]
    return Contents(sums, tuple(largest), cursor == 0)


def unpack(cache: AnswerCache, key: str, now: float) -> dict[str, Any] | None:
    """One entry as plain data; ``None``: there is none, or it is not an entry of this service.

    Args:
        cache: this process's.
        key: without the namespace, as ``view:digest``.
        now: seconds since the epoch.

    Raises:
        RedisTrouble: Redis gave no usable reply.
    """
    found = cache.redis_tier.find(key, ())
    try:
        entry = Entry.decode(found.raw or b"", key, cache.secret)
    except ValueError:
        return None
    return {
        "key": key,
        "made": isoformat(datetime.fromtimestamp(entry.made, UTC).replace(microsecond=0)),
        "age_seconds": round(entry.age(now)),
        "ttl_seconds": entry.ttl,
        "is_fresh": entry.age(now) < entry.ttl,
        "made_in_ms": round(entry.cost * 1000, 1),
        "bytes": len(found.raw or b""),
        "is_compressed": entry.compressed,
        "etag": entry.etag,
        "lacks": len(entry.missing),
        "absent": None if entry.absent is None else str(entry.absent),
        "answer": None if entry.absent is not None else orjson.loads(entry.body),
    }


def _scan_some(redis: Redis, place: int, namespace: str, cursor: int) -> tuple[int, list[StoredEntry]]:
    """Scans a batch of one server's keys; returns the cursor to go on with, and the keys."""
    redis = writable_servers(redis)[place]
    reply: Any = redis.scan(cursor, match=f"{_escape(namespace)}*", count=BATCH_SIZE)
    with redis.pipeline(transaction=False) as pipe:
        for name in reply[1]:
            pipe.strlen(name)
            pipe.ttl(name)
        sizes = [each if isinstance(each, int) else 0 for each in pipe.execute(raise_on_error=False)]
    names = [_PARTITION_TAG.sub("", name.decode(errors="replace")[len(namespace) :]) for name in reply[1]]
    return int(reply[0]), [StoredEntry(*each) for each in zip(names, sizes[::2], sizes[1::2], strict=True)]


def _escape(text: str) -> str:
    """Takes each letter of a text literally in a Redis pattern."""
    return "".join(f"\\{letter}" if letter in "*?[]^-\\" else letter for letter in text)
