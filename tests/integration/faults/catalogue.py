"""Catalogue of faults: how each is caused, what a client and an operator see, and what it may make worse."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from tests.integration.faults import data, serving, stores
from tests.integration.faults.rules import Terms
from tests.integration.faults.run import Act, Fault, nothing
from tests.integration.faults.stage import Stage

_STALE = (
    "What was cached comes with `X-Cache: STALE`, its `Age`, and 30 s after its lifetime a `stale_answer` in "
    "`freshness.warnings`; what was not is a 503 problem (`store-unavailable`) with `Retry-After`. `health` is 503, "
    "`health/ready` says why."
)
_MONGO_TOLD = (
    '`lambdaserve_store_up{store="mongodb"}` 0, `lambdaserve_breaker_state{state="open"}`, '
    "`lambdaserve_breaker_refused_total` rising, STALE in `lambdaserve_cache_answers_total`; alerts MongoDBDown, "
    "BreakerOpen"
)
_MONGO_BACK = "One half-open probe per collection finds it back; no restart."
_NO_CACHE = "The same answers, computed more often; each process holds what it served for four seconds."
_REDIS_TOLD = (
    '`lambdaserve_store_up{store="redis"}` 0, `lambdaserve_redis_away` workers, hit rate falling; alert RedisDown'
)
_REDIS_BACK = "A thread of each worker asks twice a second whether it is back; the cache fills by itself."
_HALF_TOLD = (
    '`lambdaserve_half_answers_total{{layer="{layer}"}}`, `lambdaserve_breaker_state{{collection="{layer}_views"}}`; '
    "alerts HalfAnswers, BreakerOpen"
)
_AWAY = Terms(opens_breaker=True)
_IN_MOTION = 5.0
"""Changed documents are in the answers within so many seconds; a run that is written in place is read by halves."""
_GONE = Terms(takes_data=True, in_motion=_IN_MOTION)


def _to_mongo(**how: object) -> Act:
    return partial(_set, "to_mongo", how)


def _to_redis(**how: object) -> Act:
    return partial(_set, "to_redis", how)


def _set(proxy: str, how: Mapping[str, object], stage: Stage) -> None:
    for name, value in how.items():
        setattr(getattr(stage, proxy), name, value)


def _refuse(proxy: str, stage: Stage) -> None:
    getattr(stage, proxy).refuse()


def _accept(proxy: str, stage: Stage) -> None:
    getattr(stage, proxy).accept()


MONGO = (
    Fault(
        "MongoDB killed",
        "SIGKILL; started again on the same port and data",
        _STALE,
        _MONGO_TOLD,
        _MONGO_BACK,
        stores.kill_mongo,
        stores.restart_mongo,
        terms=_AWAY,
    ),
    Fault(
        "MongoDB stopped",
        "SIGSTOP, then SIGCONT: connections stay open, nothing is answered",
        _STALE,
        _MONGO_TOLD,
        _MONGO_BACK,
        stores.stop_mongo,
        stores.continue_mongo,
        terms=_AWAY,
    ),
    Fault(
        "MongoDB cut off",
        "the proxy refuses connections and cuts those there are; MongoDB itself runs on",
        _STALE,
        _MONGO_TOLD,
        _MONGO_BACK,
        partial(_refuse, "to_mongo"),
        partial(_accept, "to_mongo"),
        terms=_AWAY,
        short=False,
    ),
    Fault(
        "MongoDB silent",
        "the proxy holds back every reply, and passes them on when it is over",
        _STALE,
        _MONGO_TOLD,
        _MONGO_BACK,
        _to_mongo(silent=True),
        _to_mongo(silent=False),
        terms=_AWAY,
        short=False,
    ),
    Fault(
        "MongoDB slow, 300 ms",
        "the proxy delays every reply by 300 ms",
        "The same answers. What has to be made takes as many times 300 ms as it reads one after another; what is more "
        "than the workers can make at once is STALE, or a 503 problem with `Retry-After`.",
        "`lambdaserve_mongodb_command_duration_seconds`; alert LatencyHigh",
        "At once.",
        _to_mongo(delay=0.3),
        _to_mongo(delay=0.0),
    ),
    Fault(
        "MongoDB slow, 3 s",
        "the proxy delays every reply by 3 s, longer than `MONGODB_TIMEOUT`",
        _STALE,
        _MONGO_TOLD,
        _MONGO_BACK,
        _to_mongo(delay=3.0),
        _to_mongo(delay=0.0),
        terms=_AWAY,
        short=False,
    ),
    Fault(
        "MongoDB's disk full",
        "no file of it may grow (RLIMIT_FSIZE 0) and a producer writes: WiredTiger panics and answers every command "
        "with an error; mended by a restart of MongoDB with space",
        "As above, but what was not cached may be a 502 problem (`store-fault`): MongoDB answers, with an error.",
        _MONGO_TOLD,
        _MONGO_BACK,
        stores.fill_disk_of_mongo,
        stores.restart_mongo_with_space,
        terms=Terms(errors=True),
    ),
    Fault(
        "speed_views silent",
        "the proxy swallows every request that names speed_views; batch_views answers",
        "The half that batch_views gives, with a warning; else as without MongoDB.",
        _HALF_TOLD.format(layer="speed"),
        _MONGO_BACK,
        _to_mongo(swallowed=b"speed_views"),
        _to_mongo(swallowed=b""),
    ),
    Fault(
        "batch_views failing",
        "the proxy cuts every connection over which a request names batch_views",
        "The half that speed_views gives, with a warning; else as without MongoDB. What has to be read waits up to "
        "half a second: after each cut the driver looks for the server again, for the other collection's reads, too.",
        _HALF_TOLD.format(layer="batch"),
        _MONGO_BACK,
        _to_mongo(severed=b"batch_views"),
        _to_mongo(severed=b""),
    ),
)

REDIS = (
    Fault(
        "Redis killed",
        "SIGKILL; started again, empty, on the same port",
        _NO_CACHE,
        _REDIS_TOLD,
        _REDIS_BACK,
        stores.kill_redis,
        stores.restart_redis,
    ),
    Fault(
        "Redis stopped",
        "SIGSTOP, then SIGCONT",
        _NO_CACHE,
        _REDIS_TOLD,
        _REDIS_BACK,
        stores.stop_redis,
        stores.continue_redis,
    ),
    Fault(
        "Redis cut off",
        "the proxy refuses connections and cuts those there are",
        _NO_CACHE,
        _REDIS_TOLD,
        _REDIS_BACK,
        partial(_refuse, "to_redis"),
        partial(_accept, "to_redis"),
        short=False,
    ),
    Fault(
        "Redis slow, 300 ms",
        "the proxy delays every reply by 300 ms, longer than the client waits",
        _NO_CACHE,
        _REDIS_TOLD,
        _REDIS_BACK,
        _to_redis(delay=0.3),
        _to_redis(delay=0.0),
        short=False,
    ),
    Fault(
        "Redis full",
        "maxmemory 1 MB with noeviction: writes are refused (OOM), reads answered",
        "The same answers, refreshed as they expire; STALE meanwhile.",
        "The hit rate falls; alert HitRateLow.",
        "At once.",
        stores.fill_redis,
        stores.empty_redis,
        short=False,
    ),
    Fault(
        "Redis's disk full",
        "its snapshot can't be written (RLIMIT_FSIZE 0), so it refuses writes (MISCONF)",
        "The same answers, refreshed as they expire; STALE meanwhile.",
        "The hit rate falls; alert HitRateLow.",
        "At once.",
        stores.fill_disk_of_redis,
        stores.give_redis_space,
    ),
)

BOTH = (
    Fault(
        "both killed",
        "SIGKILL of both; both started again",
        "What the worker gave last, marked STALE, as far as its 2 MB reach; all else is a 503 with `Retry-After`, "
        "but for what copies answer: search, people, recommendations.",
        f"{_MONGO_TOLD}; {_REDIS_TOLD}",
        _MONGO_BACK,
        stores.kill_both,
        stores.restart_both,
        serving.give_everywhere,
        Terms(opens_breaker=True, takes_cache=True),
    ),
    Fault(
        "both stopped",
        "SIGSTOP of both, then SIGCONT",
        "What the worker gave last, marked STALE, as far as its 2 MB reach; all else is a 503 with `Retry-After`, "
        "but for what copies answer: search, people, recommendations.",
        f"{_MONGO_TOLD}; {_REDIS_TOLD}",
        _MONGO_BACK,
        stores.stop_both,
        stores.continue_both,
        serving.give_everywhere,
        Terms(opens_breaker=True, takes_cache=True),
        short=False,
    ),
)

DATA = (
    Fault(
        "speed layer stopped",
        "every bucket's stamps lie 4 h back, beyond `SPEED_LAG_LIMIT`",
        "`speed_lagging` in `freshness.warnings`; hours not completely synced are `missing`; strict ones 503.",
        "`lambdaserve_speed_lag_seconds`; alerts SpeedLayerLags, IncompleteAnswers",
        "With the next sync.",
        data.stop_syncing,
        data.sync_again,
        terms=Terms(in_motion=_IN_MOTION),
    ),
    Fault(
        "batch 3 days late",
        "batch_views holds the run of three nights before; then last night's run replaces it in place",
        "`batch_stale` in `freshness.warnings`; the speed layer fills in from the batch's coverage on.",
        "`lambdaserve_batch_age_seconds`; alert BatchStale",
        "With the next run.",
        nothing,
        data.run_batch,
        data.delay_batch,
        Terms(in_motion=_IN_MOTION, lacks_hours=True),
    ),
    Fault(
        "speed_views dropped",
        "the collection is dropped; its indexes are restored, then its documents, with pauses",
        "`speed_empty` in `freshness.warnings`, `missing` hours; what is the speed layer's alone is 404.",
        '`lambdaserve_collection_documents{collection="speed_views"}` 0',
        "With the documents. The embedded store does one thing at a time: restored without pauses, it let answers "
        "wait for up to 4 s, twice `MONGODB_TIMEOUT`.",
        partial(data.drop, name=data.SPEED),
        partial(data.restore, name=data.SPEED),
        terms=_GONE,
    ),
    Fault(
        "batch_views dropped",
        "the collection is dropped; its indexes are restored, then its documents, with pauses",
        "`batch_empty` in `freshness.warnings`; what is the batch layer's alone is 404.",
        '`lambdaserve_collection_documents{collection="batch_views"}` 0',
        "With the documents. The embedded store does one thing at a time: restored without pauses, it let answers "
        "wait for up to 4 s, twice `MONGODB_TIMEOUT`.",
        partial(data.drop, name=data.BATCH),
        partial(data.restore, name=data.BATCH),
        terms=_GONE,
    ),
)

SERVER = (
    Fault(
        "a worker killed",
        "SIGKILL of one of the two workers",
        "Requests that it was answering are lost with their connections; every other is answered by the other worker.",
        "`lambdaserve_workers`",
        "The server starts another one.",
        serving.kill_a_worker,
        serving.wait_for_workers,
        terms=Terms(ends_worker=True),
    ),
    Fault(
        "server's disk full",
        "no file of the server can grow (RLIMIT_FSIZE 0): its log, its accounts, its meters",
        "The same answers, to known keys and users as well. What must be written, such as a log-in, is a 503 problem "
        "(`accounts-unavailable`).",
        '`health` and `manage.py doctor` say "disk full"; `lambdaserve_data_disk_free_bytes` near 0',
        "At once, when there is room; what was counted meanwhile is shown. Lines of the log are lost.",
        serving.fill_disk,
        serving.make_room,
    ),
    Fault(
        "slow bodies",
        f"{serving.SLOW_BODIES} requests from half as many addresses send a byte of their bodies twice a second",
        "The same answers. A late body gives way to the next, and ends after 10 s with a 408 problem.",
        "`lambdaserve_http_request_duration_seconds`: answers of status 408",
        "At once; no restart.",
        serving.send_slow_bodies,
        serving.end_beside,
    ),
    Fault(
        "rolling update",
        "a newer release beside it, over the same stores, is asked the same",
        "The same answers from both releases; neither trips over what the other stores.",
        "`lambdaserve_build_info` names both versions",
        "The older one is stopped.",
        serving.ask_other_host,
        serving.end_beside,
        serving.start_newer_release,
    ),
    Fault(
        "clock skew",
        "a host beside it whose clock is a day ahead, over the same stores, is asked the same",
        "The same answers: nothing that the other host stores is taken for an answer of now.",
        "`lambdaserve_speed_lag_seconds` of that host is a day above the others'; its `doctor` compares the clocks",
        "Its clock is set.",
        serving.ask_other_host,
        serving.end_beside,
        serving.start_host_ahead,
    ),
    Fault(
        "server asked to end",
        "SIGTERM to `make run` while MongoDB takes 50 ms to answer",
        "Requests that were sent before are answered; later ones find the door closed.",
        "`up` 0; alert TargetDown",
        "It is started again.",
        serving.ask_to_end,
        serving.wait_for_the_end,
        serving.keep_requests_waiting,
        Terms(ends_server=True),
    ),
)

FAULTS = (*MONGO, *REDIS, *BOTH, *DATA, *SERVER)
