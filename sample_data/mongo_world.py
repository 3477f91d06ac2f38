"""The sample world in MongoDB: reads which world a database holds, and writes its documents.

The ``_id`` of every document identifies its subject. Writing a document again replaces it, and documents of other
producers are never touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pymongo
from django.core.management.base import CommandError
from pymongo import ReplaceOne
from pymongo.collection import Collection
from pymongo.database import Database

from merger.contract.collections import BATCH
from merger.contract.stamps import moment
from merger.core.windows import floor_day
from merger.errors import StoreFault, StoreUnavailable
from merger.stores.mongo.batches import batched
from merger.stores.mongo.errors import mapping_errors
from sample_data.batch_job import ID_PREFIX, Document, JobRun
from sample_data.world import HISTORY, World

COLLECTION = "sample_world"
"""Holds ``{_id: "world", epoch, seed, scale, favours_people}``, and ``{_id: "batch", covers_until, computed_at,
batch_run_id}``."""


DEFAULT_SEED = 1


INTERRUPTED = 130
"""Exit code of a command ended by Ctrl-C, as is usual in shells."""


_BATCH_SIZE = 2000
"""Documents per write."""


_TIMEOUT_SECONDS = 60.0
"""Limit for one write."""


@contextmanager
def store_errors_as_command_errors() -> Iterator[None]:
    """Turns errors of the store into ``CommandError``, with exit code 1."""
    try:
        with mapping_errors():
            yield
    except StoreUnavailable as error:
        raise CommandError(f"{error}; is MONGODB_URI right?") from error
    except StoreFault as error:
        raise CommandError(f"{error}: {str(error.__cause__)[:300]}") from error


@contextmanager
def interrupt_as_command_error() -> Iterator[None]:
    """Turns Ctrl-C into ``CommandError``, with exit code 130; what was written stays."""
    try:
        yield
    except KeyboardInterrupt:
        raise CommandError("interrupted; run the command again to continue", returncode=INTERRUPTED) from None


def ping(source: Database[Document]) -> None:
    """Checks within ``MONGODB_TIMEOUT`` that the store answers; a batch of writes would wait longer for it.

    Raises:
        PyMongoError: it does not answer.
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
    """Opens the world that a database holds; if there is none, creates one that starts 45 days before ``now``.

    Args:
        source: the database.
        now: aware UTC.
        seed: required seed; ``None``: the existing world's, or 1.
        scale: required scale; ``None``: the existing world's, or ``default_scale``.
        default_scale: a new world's scale.

    Raises:
        CommandError: the database holds another world, or one that can't be read.
        PyMongoError: from the store.
    """
    new = {
        "epoch": floor_day(now) - HISTORY,
        "seed": DEFAULT_SEED if seed is None else seed,
        "scale": default_scale if scale is None else scale,
        "favours_people": True,
    }
    _build_world(new)  # raises before an impossible scale is stored
    ping(source)
    with pymongo.timeout(_TIMEOUT_SECONDS):
        source[COLLECTION].update_one({"_id": "world"}, {"$setOnInsert": new}, upsert=True)
        stored = source[COLLECTION].find_one({"_id": "world"}) or new
    world = _build_world(stored)
    for name, given, real in (("seed", seed, world.seed), ("scale", scale, world.scale)):
        if given is not None and given != real:
            raise CommandError(
                f"the sample world in this database has {name} {real:g}, not {given:g}, and a database can hold only "
                f"one world: leave out --{name}, or set another MONGODB_DATABASE"
            )
    return world


def has_batch(source: Database[Document], world: World) -> bool:
    """Whether a batch run, complete or not, has written to this database, i.e. its first document exists."""
    first = {"_id": f"{ID_PREFIX}movie_details:{world.movies[0].movie_id}"}
    with pymongo.timeout(_TIMEOUT_SECONDS):
        return source[BATCH].find_one(first, {"_id": 1}) is not None


def last_cut(source: Database[Document]) -> datetime | None:
    """Reads up to when the last completed batch run covers the stream; ``None``: there was none."""
    with pymongo.timeout(_TIMEOUT_SECONDS):
        stored = source[COLLECTION].find_one({"_id": "batch"})
    return None if stored is None else stored["covers_until"]


def remember_cut(source: Database[Document], run: JobRun) -> None:
    """Records a completed batch run."""
    stamps = {"covers_until": run.covers_until, "computed_at": run.computed_at, "batch_run_id": run.run_id}
    with pymongo.timeout(_TIMEOUT_SECONDS):
        source[COLLECTION].replace_one({"_id": "batch"}, stamps, upsert=True)


def write_new(collection: Collection[Document], documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Inserts documents that don't exist yet, in order; yields each batch once it is written."""
    for batch in batched(documents, _BATCH_SIZE):
        with pymongo.timeout(_TIMEOUT_SECONDS):
            collection.insert_many(batch)
        yield batch


def write_over(collection: Collection[Document], documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Inserts documents or replaces those with the same ``_id``; yields each batch once it is written."""
    for batch in batched(documents, _BATCH_SIZE):
        with pymongo.timeout(_TIMEOUT_SECONDS):
            # Includes the movie, the shard key, so that only the right shard is asked.
            wanted = ({"_id": d["_id"], "movie_id": d.get("movie_id")} for d in batch)
            writes = [ReplaceOne(each, d, upsert=True) for each, d in zip(wanted, batch, strict=True)]
            collection.bulk_write(writes, ordered=False)
        yield batch


def _build_world(stored: dict[str, Any]) -> World:
    try:
        return World(
            moment(stored["epoch"]),
            seed=int(stored["seed"]),
            scale=float(stored["scale"]),
            favours_people=bool(stored.get("favours_people", False)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CommandError(f"the sample world in this database can't be read: {error}") from error
