"""Findings about settings, the SQL database, MongoDB, Redis, clocks and disks. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from lambdaserve.config.disk_room import FULL_BELOW, is_full
from lambdaserve.ops.doctor.findings import Finding, Level, in_bytes, in_milliseconds, list_names, warn_if
from merger.operations.server_facts import CacheFacts, StoreFacts

SKEW_WARNING, SKEW_PROBLEM = timedelta(seconds=2), timedelta(minutes=5)
"""Differences between the clocks of this host and MongoDB; from the second on, events may land in the wrong hour."""

SLOW_ROUND_TRIP = timedelta(milliseconds=20)
"""Above this latency the speed targets cannot be met."""

DISK_FULL, DISK_NEARLY_FULL = 0.95, 0.85
"""Shares of a disk in use."""


def check_settings(checks: Sequence[tuple[bool, str]]) -> Iterator[Finding]:
    """Reports the messages of Django's system checks: (is an error, text)."""
    for is_error, text in checks:
        yield Finding("settings", Level.PROBLEM if is_error else Level.WARNING, text, "see docs/configuration.md")
    if not checks:
        yield Finding("settings", Level.OK, "complete and consistent")


def check_sql(pending: Sequence[str] | str) -> Finding:
    """Reports whether the SQL database answers and is migrated."""
    about = "SQL database"
    if isinstance(pending, str):
        return Finding(about, Level.PROBLEM, f"not answering: {pending}", "check DATABASE_URL and start the database")
    if pending:
        return Finding(about, Level.PROBLEM, f"not migrated: {list_names(pending)}", "run manage.py migrate")
    return Finding(about, Level.OK, "answers, migrated")


def check_mongodb(facts: StoreFacts | str) -> Iterator[Finding]:
    """Reports MongoDB's latency, replica set, clock and disk."""
    about = "MongoDB"
    if isinstance(facts, str):
        advice = "check MONGODB_URI and start MongoDB; until then answers come from the cache"
        yield Finding(about, Level.PROBLEM, facts, advice)
        return
    replica_set = facts.replica_set or "no replica set"
    what = f"version {facts.version}, {replica_set}, answers in {in_milliseconds(facts.latency)}"
    advice = "run the service closer to MongoDB: an uncached answer waits for two such round trips"
    yield warn_if(facts.latency >= SLOW_ROUND_TRIP, about, what, advice)
    if facts.replica_set is None:
        advice = (
            "make it a replica set, if only of one member; until then edits and deletions show only when cached "
            "answers expire"
        )
        yield Finding(about, Level.WARNING, "not a replica set, so there are no change streams", advice)
    difference = abs(facts.clock_ahead)
    if difference >= SKEW_WARNING:
        direction = "ahead of" if facts.clock_ahead > timedelta() else "behind"
        yield Finding(
            "clock",
            Level.PROBLEM if difference >= SKEW_PROBLEM else Level.WARNING,
            f"MongoDB's clock is {difference.total_seconds():.0f} s {direction} this host's",
            "synchronize both with NTP: the time boundary and freshness depend on them",
        )
    if facts.disk_used is not None and facts.disk_total:
        yield check_disk("disk of MongoDB", facts.disk_used, facts.disk_total)


def check_redis(facts: CacheFacts | str) -> Iterator[Finding]:
    """Reports Redis's latency and what it does when its memory is full."""
    about = "Redis"
    if isinstance(facts, str):
        advice = "check REDIS_URL and start Redis; until then each worker has its own cache and its own rate limits"
        yield Finding(about, Level.WARNING, f"not answering ({facts})", advice)
        return
    what = f"version {facts.version}, {in_bytes(facts.used)} in use, answers in {in_milliseconds(facts.latency)}"
    advice = "run the service closer to Redis: a cached answer waits for one such round trip"
    yield warn_if(facts.latency >= SLOW_ROUND_TRIP, about, what, advice)
    yield from check_memory(facts)


def check_memory(facts: CacheFacts) -> Iterator[Finding]:
    """Reports what happens when Redis's memory is full, unless it drops what is used least."""
    policy = "maxmemory-policy to allkeys-lfu, or to volatile-lfu if other programs use this Redis too"
    if not facts.limit:
        what = "has no limit of its memory (maxmemory 0), so that only the machine's memory ends its growth"
        yield Finding("Redis", Level.WARNING, what, f"set maxmemory, and {policy}")
    elif facts.policy == "noeviction":
        what = f"refuses new entries once its {in_bytes(facts.limit)} are full (maxmemory-policy noeviction)"
        yield Finding("Redis", Level.WARNING, what, f"set {policy}")


def check_disk(about: str, used: int, total: int) -> Finding:
    """Reports how full a disk is, in bytes."""
    share = used / total if total else 0.0
    if total > FULL_BELOW and is_full(total - used):
        what = f"disk full: {in_bytes(total - used)} free of {in_bytes(total)}"
        return Finding(about, Level.PROBLEM, what, "make room: writes fail; the service heals by itself")
    level = Level.PROBLEM if share >= DISK_FULL else Level.WARNING if share >= DISK_NEARLY_FULL else Level.OK
    advice = "" if level is Level.OK else "make room: on a full disk writes fail first, then answers"
    return Finding(about, level, f"{in_bytes(total - used)} free of {in_bytes(total)}", advice)


def check_privacy(open_files: Sequence[str]) -> Finding:
    """Reports which files of the data directory others than their owner may use."""
    about = "private files"
    if not open_files:
        return Finding(about, Level.OK, "only their owner may use them")
    others = f" and {len(open_files) - 1} more" if len(open_files) > 1 else ""
    what = f"other users of this machine may use {open_files[0]}{others}: sessions, keys and password hashes lie there"
    return Finding(about, Level.PROBLEM, what, "run `manage.py prepare` as their owner, which closes them")
