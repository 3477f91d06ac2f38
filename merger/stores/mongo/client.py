"""The MongoDB client of this process, and its database."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

import pymongo
from bson.codec_options import CodecOptions, DatetimeConversion
from django.conf import settings
from pymongo import MongoClient
from pymongo.database import Database

from merger.contract.collections import BATCH, SPEED
from merger.stores.mongo.causal_reads import CausalClock
from merger.stores.mongo.command_meters import listeners
from merger.stores.mongo.slow_queries import SlowQueries

CODEC: CodecOptions[dict[str, Any]] = CodecOptions(
    tz_aware=True,
    datetime_conversion=DatetimeConversion.DATETIME_AUTO,
    unicode_decode_error_handler="replace",
)


@cache
def slow_queries() -> SlowQueries:
    """Returns the listener that collects this process's slow queries."""
    return SlowQueries(settings.SLOW_QUERY_AFTER * 1000, (BATCH, SPEED))


_HEARTBEAT_MS = 2_000
"""Milliseconds between the driver's heartbeats to each server (by default 10 s).

After about one hang in thirty the driver considers a recovered server down until the next heartbeat.
"""


@cache
def client() -> MongoClient[dict[str, Any]]:
    """Returns the process's client, which connects on first use. Pool and TLS are options of ``MONGODB_URI``."""
    wait = int(settings.MONGODB_TIMEOUT * 1000)
    return MongoClient(
        settings.MONGODB_URI,
        appname="lambdaserve",
        serverSelectionTimeoutMS=wait,
        connectTimeoutMS=wait,
        heartbeatFrequencyMS=_HEARTBEAT_MS,
        # Under a time limit the driver retries until it is over. One retry is enough, and ``MongoStore.find`` makes it.
        retryReads=False,
        tz_aware=True,
        event_listeners=[*listeners(), slow_queries()],
    )


@cache
def causal_clock() -> CausalClock:
    """Returns the clock that all reads of this process share."""
    return CausalClock(client(), hashlib.sha256(b"moments\n" + settings.SECRET_KEY.encode()).digest())


def database() -> Database[dict[str, Any]]:
    """Returns the database that the settings name; its dates are aware, in UTC."""
    return client().get_database(settings.MONGODB_DATABASE, codec_options=CODEC)


time_limit = pymongo.timeout
"""Limits the total time in seconds of all MongoDB calls inside; shorter limits inside still apply."""
