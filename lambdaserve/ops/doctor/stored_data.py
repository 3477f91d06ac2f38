"""Findings about the two collections: indexes, migrations, layers, documents, expiry and drift. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from lambdaserve.ops.doctor.findings import Finding, Level, list_names, warn_if
from merger.indexes.declared import IndexState, IndexStatus
from merger.migrations_mongo.plan import MigrationState, MigrationStatus
from merger.operations.server_facts import ContractSample

MANY_UNREADABLE, LARGE_DRIFT = 0.05, 0.01
"""Shares of the sampled documents, and of the compared events."""

_INTERVALS_LISTED: Final = 5
_MIGRATE: Final = "run manage.py migrate_views"
_MIGRATION_FINDINGS: Final = {
    MigrationState.PENDING: ("pending", _MIGRATE),
    MigrationState.HALF_DONE: ("stopped half-way", _MIGRATE),
    MigrationState.OUTDATED: ("no longer in effect", _MIGRATE),
    MigrationState.UNKNOWN: ("applied by another version", "run the same version of lambdaserve everywhere"),
}


def check_indexes(found: Sequence[IndexStatus]) -> Iterator[Finding]:
    """Reports missing, different and undeclared indexes."""
    about = "indexes"
    by_state = {state: [f"{e.collection}.{e.name}" for e in found if e.state is state] for state in IndexState}
    missing = [each for each in found if each.state is IndexState.MISSING]
    for_reads = [f"{e.collection}.{e.name}" for e in missing if e.index is None or e.index.expire_after is None]
    if for_reads:
        what = f"missing: {list_names(for_reads)}; without them queries read whole collections"
        yield Finding(about, Level.PROBLEM, what, "run manage.py create_indexes")
    elif missing:
        what = f"missing: {missing[0].collection}.{missing[0].name}; without it expired documents are never deleted"
        yield Finding(about, Level.WARNING, what, "run manage.py create_indexes")
    if different := by_state[IndexState.DIFFERENT]:
        advice = "run manage.py create_indexes --list, then --rebuild"
        yield Finding(about, Level.PROBLEM, f"different from their declaration: {list_names(different)}", advice)
    if extra := by_state[IndexState.EXTRA]:
        what = f"not declared: {list_names(extra)}; every write pays for them"
        advice = "run manage.py create_indexes --prune, unless another program needs them"
        yield Finding(about, Level.WARNING, what, advice)
    if len(by_state[IndexState.PRESENT]) == len(found):
        yield Finding(about, Level.OK, f"all {len(found)} present")


def check_migrations(found: Sequence[MigrationStatus], foreign: Sequence[str]) -> Iterator[Finding]:
    """Reports migrations that are not applied, and collections with a validator of another origin."""
    about = "migrations"
    for state, (what, advice) in _MIGRATION_FINDINGS.items():
        if names := [each.name for each in found if each.state is state]:
            yield Finding(about, Level.WARNING, f"{what}: {list_names(names)}", advice)
    if not any(each.state in _MIGRATION_FINDINGS for each in found):
        yield Finding(about, Level.OK, "all applied, except optional ones")
    for name in foreign:
        what = f"{name} has a validator that is not lambdaserve's, so the contract is not enforced there"
        advice = f"if it is not needed: db.runCommand({{collMod: '{name}', validator: {{}}}}), then {_MIGRATE}"
        yield Finding("validators", Level.WARNING, what, advice)


def check_layers(report: Mapping[str, Any]) -> Iterator[Finding]:
    """Reports what both layers hold, how late they are, and which hours neither holds."""
    yield from _check_batch(report["batch"], report["freshness"]["warnings"])
    yield from _check_speed(report["speed"])
    yield from _check_coverage(report["freshness"]["missing"])


def _check_batch(views: Mapping[str, Mapping[str, str] | None], warnings: Sequence[str]) -> Iterator[Finding]:
    about = "batch layer"
    held = [view for view in views.values() if view]
    by_code = dict(each.split(": ", 1) for each in warnings)
    if not held:
        advice = "run the batch job; if it did run, manage.py check_views says what is wrong with its documents"
        yield Finding(about, Level.PROBLEM, "no readable document", advice)
    elif "batch_stale" in by_code:
        yield Finding(about, Level.WARNING, by_code["batch_stale"], "find out why the nightly job did not run")
    else:
        newest = max(view["covers_until"] for view in held)
        yield Finding(about, Level.OK, f"{len(held)} kinds of view, up to {newest}")
    absent = [name for name, view in views.items() if not view]
    if held and absent:
        advice = "run the job that writes it; until then answers that need it are empty or from the speed layer alone"
        yield Finding(about, Level.WARNING, f"no document of {list_names(absent)}", advice)


def _check_speed(types: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    about = "speed layer"
    held = {name: each for name, each in types.items() if each["synced_at"]}
    if not held:
        advice = "run the speed job; if it does run, manage.py check_views says what is wrong with its documents"
        yield Finding(about, Level.PROBLEM, "no readable document", advice)
    for name, each in held.items():
        age = timedelta(seconds=each["lag_seconds"])
        advice = "find out why the speed job does not write"
        is_news = each["as_of"] == each["synced_at"]
        what = f"synced {age} ago" if is_news else f"synced, but no new hour since {each['as_of']}"
        yield warn_if(each["is_lagging"], about, f"{name}: {what}", advice)


def _check_coverage(missing: Sequence[Mapping[str, str | None]]) -> Iterator[Finding]:
    about = "coverage"
    for each in missing[:_INTERVALS_LISTED]:
        interval = f"{each['start']} to {each['end']}" if each["start"] else f"anything before {each['end']}"
        advice = (
            "load the data with manage.py load_views, or wait for the next batch run; answers list the gap until then"
        )
        yield Finding(about, Level.PROBLEM, f"neither layer holds {interval}", advice)
    if len(missing) > _INTERVALS_LISTED:
        what = f"{len(missing) - _INTERVALS_LISTED} more intervals that neither layer holds"
        yield Finding(about, Level.PROBLEM, what, "list all with manage.py freshness")
    if not missing:
        yield Finding(about, Level.OK, "no hour is missing")


def check_samples(samples: Mapping[str, ContractSample]) -> Iterator[Finding]:
    """Reports how many of the newest documents can't be read."""
    about = "documents"
    for name, sample in samples.items():
        unreadable = sum(sample.unreadable.values())
        if not unreadable:
            yield Finding(about, Level.OK, f"{name}: {sample.read:,} checked, all readable")
            continue
        level = Level.PROBLEM if unreadable > MANY_UNREADABLE * sample.read else Level.WARNING
        kinds = list_names([f"{number} × {kind}" for kind, number in sample.unreadable.items()])
        what = f"{name}: {unreadable:,} of {sample.read:,} can't be read ({kinds}) and are left out of answers"
        advice = "list them with manage.py check_views; CONTRACT_VALIDATION=error makes MongoDB refuse new ones"
        yield Finding(about, level, what, advice)


def check_expiry(without: bool | None) -> Iterator[Finding]:
    """Reports speed documents without an expiry time, where there should be none."""
    if without:
        what = "some speed documents have no ttl_expires_at, so MongoDB never deletes them"
        advice = "run manage.py migrate_views 0003, and make the producer write the field"
        yield Finding("expiry", Level.WARNING, what, advice)


def check_drift(ratio: float | None) -> Iterator[Finding]:
    """Reports the ratio of the last comparison of the layers, if there was one."""
    if ratio is not None:
        what = f"the layers differ in {ratio:.2%} of the events on days that both cover"
        yield warn_if(ratio > LARGE_DRIFT, "drift", what, "see DriftHigh in docs/alerts.md")
