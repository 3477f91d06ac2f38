"""What is wrong with a deployment, and what to do about it: judged from what was found, without asking anybody (O3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from django.template.defaultfilters import filesizeformat

from merger.indexes.declared import IndexState, IndexStatus
from merger.migrations_mongo.plan import MigrationState, MigrationStatus
from merger.operations.server_facts import CacheFacts, ContractSample, StoreFacts

SKEW_WARNING, SKEW_PROBLEM = timedelta(seconds=2), timedelta(minutes=5)
"""The clocks may differ by so much; from the second on hours are taken for others."""

SLOW_ROUND_TRIP = timedelta(milliseconds=20)
"""A round trip to a store beside which no promise about speed holds."""

DISK_FULL, DISK_NEARLY_FULL = 0.95, 0.85
"""Of a disk, or of Redis's memory."""

MANY_UNREADABLE, LARGE_DRIFT = 0.05, 0.01
"""Shares of documents and of events."""


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    """Answers are right, but later, slower or less than they should be, or will be soon."""
    PROBLEM = "problem"
    """Answers lack something, or none can be given."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Args:
        about: what.
        level: how bad.
        what: was found, as a sentence without a full stop.
        advice: what to do; empty where nothing is to be done.
    """

    about: str
    level: Level
    what: str
    advice: str = ""

    def as_dict(self) -> dict[str, str]:
        """Plain data."""
        return {"about": self.about, "level": self.level.value, "what": self.what, "advice": self.advice}


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found; where something could not be found out, the reason as a text stands for it.

    Args:
        checks: messages of Django's system checks: (is an error, text).
        sql: names of SQL migrations that are not applied.
        store: MongoDB.
        cache: Redis.
        indexes: declared and real ones.
        migrations: of the two collections.
        foreign_validators: collections with somebody else's.
        freshness: the report of ``lambdaserve.ops.reports.freshness``.
        samples: newest documents, by collection.
        without_expiry: whether there are speed documents that MongoDB will never delete; ``None``: nobody wants it to.
        drift: of the last comparison; ``None``: none was made yet.
        disk_used, disk_total: bytes, of the file system with ``DATA_DIR``.
    """

    checks: Sequence[tuple[bool, str]] = ()
    sql: Sequence[str] | str = ()
    store: StoreFacts | str = "it was not asked"
    cache: CacheFacts | str = "it was not asked"
    indexes: Sequence[IndexStatus] | str = ()
    migrations: Sequence[MigrationStatus] | str = ()
    foreign_validators: Sequence[str] = ()
    freshness: Mapping[str, Any] | str = field(default_factory=dict)
    samples: Mapping[str, ContractSample] | str = field(default_factory=dict)
    without_expiry: bool | None = None
    drift: float | None = None
    disk_used: int = 0
    disk_total: int = 0


def diagnose(found: Examination) -> list[Finding]:
    """Everything that was looked at, in the order in which it is to be mended."""
    result = [*_settings(found), _sql(found.sql), *_store(found.store), *_cache(found.cache)]
    if isinstance(found.store, StoreFacts):
        result += [
            *_indexes(found.indexes),
            *_migrations(found.migrations, found.foreign_validators),
            *_layers(found.freshness),
            *_samples(found.samples),
            *_expiry(found.without_expiry),
        ]
    return [*result, *_drift(found.drift), _disk("disk of DATA_DIR", found.disk_used, found.disk_total)]


def worse_than(level: Level, found: Iterable[Finding]) -> list[Finding]:
    """Those that are."""
    order = list(Level)
    return [each for each in found if order.index(each.level) > order.index(level)]


def _settings(found: Examination) -> Iterator[Finding]:
    for is_error, text in found.checks:
        yield Finding("settings", Level.PROBLEM if is_error else Level.WARNING, text, "see docs/configuration.md")
    if not found.checks:
        yield Finding("settings", Level.OK, "complete and consistent")


def _sql(pending: Sequence[str] | str) -> Finding:
    about = "SQL database"
    if isinstance(pending, str):
        return Finding(about, Level.PROBLEM, f"it does not answer: {pending}", "check DATABASE_URL and that it runs")
    if pending:
        return Finding(about, Level.PROBLEM, f"not migrated: {_some(pending)}", "manage.py migrate")
    return Finding(about, Level.OK, "answers, migrated")


def _store(facts: StoreFacts | str) -> Iterator[Finding]:
    about = "MongoDB"
    if isinstance(facts, str):
        yield Finding(about, Level.PROBLEM, facts, "check MONGODB_URI and that it runs; answers come from the cache")
        return
    slow = facts.latency >= SLOW_ROUND_TRIP
    yield Finding(
        about,
        Level.WARNING if slow else Level.OK,
        f"version {facts.version}, {facts.replica_set or 'no replica set'}, answers in {_ms(facts.latency)}",
        "a service near MongoDB answers sooner: a cold answer waits for two such round trips" if slow else "",
    )
    if facts.replica_set is None:
        yield Finding(
            about,
            Level.WARNING,
            "it is no replica set, so it has no change streams",
            "make it one, of one member if need be: else edits and deletions show when cached answers expire",
        )
    apart = abs(facts.clock_ahead)
    if apart >= SKEW_WARNING:
        which = "ahead of" if facts.clock_ahead > timedelta() else "behind"
        yield Finding(
            "clock",
            Level.PROBLEM if apart >= SKEW_PROBLEM else Level.WARNING,
            f"MongoDB's is {apart.total_seconds():.0f} s {which} this host's",
            "have NTP set both: the time boundary and what is fresh depend on them",
        )
    if facts.disk_used is not None and facts.disk_total:
        yield _disk("disk of MongoDB", facts.disk_used, facts.disk_total)


def _cache(facts: CacheFacts | str) -> Iterator[Finding]:
    about = "Redis"
    if isinstance(facts, str):
        yield Finding(
            about,
            Level.WARNING,
            f"it does not answer ({facts})",
            "check REDIS_URL and that it runs; each worker caches for itself, and limits hold per worker",
        )
        return
    slow = facts.latency >= SLOW_ROUND_TRIP
    yield Finding(
        about,
        Level.WARNING if slow else Level.OK,
        f"version {facts.version}, {_size(facts.used)} in use, answers in {_ms(facts.latency)}",
        "a service near Redis answers sooner: a cached answer waits for one such round trip" if slow else "",
    )
    if facts.most and facts.policy == "noeviction":
        yield Finding(
            about,
            Level.WARNING,
            f"when its {_size(facts.most)} are full it refuses what is new (maxmemory-policy noeviction)",
            "set maxmemory-policy to allkeys-lfu, or volatile-lfu where it is shared",
        )


def _indexes(found: Sequence[IndexStatus] | str) -> Iterator[Finding]:
    about = "indexes"
    if isinstance(found, str):
        yield Finding(about, Level.PROBLEM, found, "check the rights of the user in MONGODB_URI")
        return
    by_state = {state: [f"{e.collection}.{e.name}" for e in found if e.state is state] for state in IndexState}
    missing = [each for each in found if each.state is IndexState.MISSING]
    reading = [f"{e.collection}.{e.name}" for e in missing if e.index is None or e.index.expire_after is None]
    if reading:
        told = f"missing: {_some(reading)}; whole collections are read for want of them"
        yield Finding(about, Level.PROBLEM, told, "manage.py create_indexes")
    elif missing:
        told = f"missing: {missing[0].collection}.{missing[0].name}; nothing that has expired is deleted"
        yield Finding(about, Level.WARNING, told, "manage.py create_indexes")
    if by_state[IndexState.DIFFERENT]:
        told = f"different: {_some(by_state[IndexState.DIFFERENT])}"
        yield Finding(about, Level.PROBLEM, told, "manage.py create_indexes --list, then --rebuild")
    if by_state[IndexState.EXTRA]:
        told = f"nobody declared {_some(by_state[IndexState.EXTRA])}, which every write pays for"
        yield Finding(about, Level.WARNING, told, "manage.py create_indexes --prune, unless somebody else needs them")
    if len(by_state[IndexState.PRESENT]) == len(found):
        yield Finding(about, Level.OK, f"all {len(found)} present")


def _migrations(found: Sequence[MigrationStatus] | str, foreign: Sequence[str]) -> Iterator[Finding]:
    about = "migrations"
    if isinstance(found, str):
        yield Finding(about, Level.PROBLEM, found, "check the rights of the user in MONGODB_URI")
        return
    run = "manage.py migrate_views"
    told = {
        MigrationState.PENDING: ("pending", run),
        MigrationState.HALF: ("stopped half-way", run),
        MigrationState.OUTDATED: ("no longer as they were made", run),
        MigrationState.UNKNOWN: ("applied by another version", "run one version everywhere"),
    }
    for state, (what, advice) in told.items():
        if names := [each.name for each in found if each.state is state]:
            yield Finding(about, Level.WARNING, f"{what}: {_some(names)}", advice)
    if not any(each.state in told for each in found):
        yield Finding(about, Level.OK, "all applied, but for optional ones")
    for name in foreign:
        yield Finding(
            "validators",
            Level.WARNING,
            f"{name} has one of somebody else's, so the contract is not watched there",
            f"db.runCommand({{collMod: '{name}', validator: {{}}}}) and {run}, where it is not needed",
        )


def _layers(report: Mapping[str, Any] | str) -> Iterator[Finding]:
    if isinstance(report, str):
        yield Finding("layers", Level.PROBLEM, report, "see MongoDB's log")
        return
    held = {name: view for name, view in report["batch"].items() if view}
    told = dict(each.split(": ", 1) for each in report["freshness"]["warnings"])
    if not held:
        yield Finding("batch layer", Level.PROBLEM, "no readable document", "run the batch job; manage.py check_views")
    elif "batch_stale" in told:
        yield Finding("batch layer", Level.WARNING, told["batch_stale"], "see why the nightly job did not run")
    else:
        newest = max(view["covers_until"] for view in held.values())
        yield Finding("batch layer", Level.OK, f"{len(held)} kinds of view, up to {newest}")
    lacking = [name for name, view in report["batch"].items() if not view]
    if held and lacking:
        yield Finding(
            "batch layer",
            Level.WARNING,
            f"no document of {_some(lacking)}",
            "answers made of them are empty or from the speed layer alone",
        )
    yield from _speed(report["speed"])
    holes = report["freshness"]["missing"]
    for hole in holes[:5]:
        yield Finding(
            "coverage",
            Level.PROBLEM,
            f"neither layer holds {_interval(hole)}",
            "answers say so; the next batch run fills it, or load_views does",
        )
    if len(holes) > 5:
        yield Finding("coverage", Level.PROBLEM, f"and {len(holes) - 5} more intervals", "manage.py freshness")
    if not holes:
        yield Finding("coverage", Level.OK, "no hour is missing")


def _interval(hole: Mapping[str, str | None]) -> str:
    return f"{hole['start']} to {hole['end']}" if hole["start"] else f"anything before {hole['end']}"


def _speed(types: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    about = "speed layer"
    held = {name: each for name, each in types.items() if each["synced_at"]}
    if not held:
        yield Finding(about, Level.PROBLEM, "no readable document", "run the speed job; manage.py check_views")
    for name, each in held.items():
        late = timedelta(seconds=each["lag_seconds"])
        yield Finding(
            about,
            Level.WARNING if each["is_lagging"] else Level.OK,
            f"{name}: synced {late} ago",
            "see why the speed job does not write" if each["is_lagging"] else "",
        )


def _samples(samples: Mapping[str, ContractSample] | str) -> Iterator[Finding]:
    about = "documents"
    if isinstance(samples, str):
        yield Finding(about, Level.PROBLEM, samples, "see MongoDB's log")
        return
    for name, sample in samples.items():
        bad = sum(sample.unreadable.values())
        if not bad:
            yield Finding(about, Level.OK, f"{name}: {sample.read:,} looked at, all readable")
            continue
        kinds = _some([f"{number} × {kind}" for kind, number in sample.unreadable.items()])
        yield Finding(
            about,
            Level.PROBLEM if bad > MANY_UNREADABLE * sample.read else Level.WARNING,
            f"{name}: {bad:,} of {sample.read:,} can't be read ({kinds}) and are in no answer",
            "manage.py check_views tells which; CONTRACT_VALIDATION=error refuses new ones",
        )


def _expiry(without: bool | None) -> Iterator[Finding]:
    if without:
        what = "there are speed documents without ttl_expires_at, which MongoDB never deletes"
        yield Finding("expiry", Level.WARNING, what, "manage.py migrate_views 0003, and have the producer write it")


def _drift(ratio: float | None) -> Iterator[Finding]:
    if ratio is None:
        return
    large = ratio > LARGE_DRIFT
    yield Finding(
        "drift",
        Level.WARNING if large else Level.OK,
        f"the layers differ by {ratio:.2%} of the events of days that both cover",
        "docs/alerts.md, DriftHigh" if large else "",
    )


def _disk(about: str, used: int, total: int) -> Finding:
    share = used / total if total else 0.0
    level = Level.PROBLEM if share >= DISK_FULL else Level.WARNING if share >= DISK_NEARLY_FULL else Level.OK
    told = f"{_size(total - used)} free of {_size(total)}"
    return Finding(about, level, told, "" if level is Level.OK else "make room: a full one stops writes, then answers")


_NAMED: Final = 5


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _ms(taken: timedelta) -> str:
    return f"{taken / timedelta(milliseconds=1):.1f} ms"


def _size(number: int) -> str:
    return filesizeformat(number).replace("\xa0", " ")
