"""The MongoDB client of this process, and its database."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
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

_CODEC: CodecOptions[dict[str, Any]] = CodecOptions(
    tz_aware=True,
    datetime_conversion=DatetimeConversion.DATETIME_AUTO,
    unicode_decode_error_handler="replace",
)


@cache
def slow_queries() -> SlowQueries:
    """The slow queries of this process."""
    return SlowQueries(settings.SLOW_QUERY_AFTER * 1000, (BATCH, SPEED))


_HEARTBEAT = 2_000
"""Milliseconds between two looks of the driver at each server: after one hang in thirty or so it takes a server that is
back for gone until the next of them. By default they are 10 s apart."""


@cache
def client() -> MongoClient[dict[str, Any]]:
    """The process's client; connects on first use. Pool and TLS are options of ``MONGODB_URI``."""
    wait = int(settings.MONGODB_TIMEOUT * 1000)
    return MongoClient(
        settings.MONGODB_URI,
        appname="lambdaserve",
        serverSelectionTimeoutMS=wait,
        connectTimeoutMS=wait,
        heartbeatFrequencyMS=_HEARTBEAT,
        # With a time limit set, the driver's own retries go on until it is over; one is enough (F1), see ``find``.
        retryReads=False,
        tz_aware=True,
        event_listeners=[*listeners(), slow_queries()],
    )


@cache
def seen() -> CausalClock:
    """How far what this process reads has got."""
    return CausalClock(client(), hashlib.sha256(b"moments\n" + settings.SECRET_KEY.encode()).digest())


def database() -> Database[dict[str, Any]]:
    """The database that the settings name; dates come out aware, in UTC."""
    return client().get_database(settings.MONGODB_DATABASE, codec_options=_CODEC)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Whatever is asked of MongoDB inside, by however many questions, is given up when this time is over.

    Args:
        seconds: in all; shorter limits inside still hold.
    """
    with pymongo.timeout(seconds):
        yield
