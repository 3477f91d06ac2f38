"""The sample world in MongoDB: which world a database holds, and how its documents are written.

Every document of it has an ``_id`` that says what it is, so writing it again replaces it, and documents of other
producers are never touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Any

import pymongo
from django.core.management.base import CommandError
from pymongo import ReplaceOne
from pymongo.collection import Collection
from pymongo.database import Database

from merger.contract.collections import BATCH
from merger.contract.fields import moment
from merger.core.windows import floor_day
from merger.errors import StoreFault, StoreUnavailable
from merger.stores.mongo.errors import mapping_errors
from sample_data.batch_job import ID_PREFIX, Document, JobRun
from sample_data.world import HISTORY, World

COLLECTION = "sample_world"
"""Holds ``{_id: "world", epoch, seed, scale}`` and ``{_id: "batch", covers_until, computed_at, batch_run_id}``."""


DEFAULT_SEED = 1


INTERRUPTED = 130
"""Exit code of a command that Ctrl-C ended, by the custom of shells."""


_WRITTEN_AT_ONCE = 2000


_WRITE_TIMEOUT = 60.0
"""Seconds for one batch of documents."""


@contextmanager
def failing_clearly() -> Iterator[None]:
    """Turns what the store raises into an error of the command, with an exit code of 1."""
    try:
        with mapping_errors():
            yield
    except StoreUnavailable as error:
        raise CommandError(f"{error}; is MONGODB_URI right?") from error
    except StoreFault as error:
        raise CommandError(f"{error}: {str(error.__cause__)[:300]}") from error


@contextmanager
def stopping_clearly() -> Iterator[None]:
    """Turns Ctrl-C into an error of the command, with an exit code of 130; what is written stays."""
    try:
        yield
    except KeyboardInterrupt:
        raise CommandError("interrupted; run it again to go on", returncode=INTERRUPTED) from None


def reach(source: Database[Document]) -> None:
    """Finds out within ``MONGODB_TIMEOUT`` whether the store is there, which a batch of writes would wait for.

    Raises:
        PyMongoError: it is not.
    """
    source.command("ping")


def open_world(
    source: Database[Document],
    now: datetime,
    *,
    seed: int | None = None,
    scale: float | None = None,
    default_scale: float = 1.0,
) -> World:
    """The world that a database holds; where there is none yet, a new one begins 45 days before ``now``.

    Args:
        source: the database.
        now: aware UTC.
        seed: wanted seed; ``None`` takes what is there, or 1.
        scale: wanted scale; ``None`` takes what is there, or ``default_scale``.
        default_scale: of a new world.

    Raises:
        CommandError: it holds another world than the wanted one, or one that can't be read.
        PyMongoError: from the store.
    """
    wanted = {
        "epoch": floor_day(now) - HISTORY,
        "seed": DEFAULT_SEED if seed is None else seed,
        "scale": default_scale if scale is None else scale,
    }
    _world(wanted)  # an impossible scale must not be stored
    reach(source)
    with pymongo.timeout(_WRITE_TIMEOUT):
        source[COLLECTION].update_one({"_id": "world"}, {"$setOnInsert": wanted}, upsert=True)
        held = source[COLLECTION].find_one({"_id": "world"}) or wanted
    world = _world(held)
    for name, given, real in (("seed", seed, world.seed), ("scale", scale, world.scale)):
        if given is not None and given != real:
            raise CommandError(
                f"the sample world in this database has {name} {real:g}, not {given:g}, and a database holds one "
                f"world: leave out --{name}, or name another MONGODB_DATABASE"
            )
    return world


def has_batch(source: Database[Document], world: World) -> bool:
    """Whether a batch run, complete or not, has written to this database: its first document is there."""
    first = {"_id": f"{ID_PREFIX}movie_details:{world.movies[0].movie_id}"}
    with pymongo.timeout(_WRITE_TIMEOUT):
        return source[BATCH].find_one(first, {"_id": 1}) is not None


def last_cut(source: Database[Document]) -> datetime | None:
    """Up to when the last completed batch run covers the stream; ``None`` where none was."""
    with pymongo.timeout(_WRITE_TIMEOUT):
        held = source[COLLECTION].find_one({"_id": "batch"})
    return None if held is None else held["covers_until"]


def remember_cut(source: Database[Document], run: JobRun) -> None:
    """Record a completed batch run."""
    stamps = {
        "covers_until": run.covers_until,
        "computed_at": run.computed_at,
        "batch_run_id": run.run_id,
    }
    with pymongo.timeout(_WRITE_TIMEOUT):
        source[COLLECTION].replace_one({"_id": "batch"}, stamps, upsert=True)


def write_new(collection: Collection[Document], documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Insert documents that are not there yet, in their order; yields each batch once it is written."""
    for batch in _batches(documents):
        with pymongo.timeout(_WRITE_TIMEOUT):
            collection.insert_many(batch)
        yield batch


def write_over(collection: Collection[Document], documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Insert documents or replace those with the same ``_id``; yields each batch once it is written."""
    for batch in _batches(documents):
        with pymongo.timeout(_WRITE_TIMEOUT):
            # With the movie, so that of a cluster's shards the right one is asked.
            wanted = ({"_id": d["_id"], "movie_id": d.get("movie_id")} for d in batch)
            writes = [ReplaceOne(each, d, upsert=True) for each, d in zip(wanted, batch, strict=True)]
            collection.bulk_write(writes, ordered=False)
        yield batch


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    source = iter(documents)
    while batch := list(islice(source, _WRITTEN_AT_ONCE)):
        yield batch


def _world(held: dict[str, Any]) -> World:
    try:
        return World(moment(held["epoch"]), seed=int(held["seed"]), scale=float(held["scale"]))
    except (KeyError, TypeError, ValueError) as error:
        raise CommandError(f"there is no sample world like that: {error}") from error
