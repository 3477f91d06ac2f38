"""``manage.py sample_batch``: runs the nightly batch job of the sample world."""

from __future__ import annotations

import argparse
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from pymongo.database import Database

from merger.contract.collections import BATCH
from merger.core.windows import HOUR, floor_day, floor_hour, isoformat, parse_moment
from merger.management.progress import Progress
from merger.stores.mongo.client import database
from sample_data.batch_job import Digest, Document, JobRun, batch_documents, digest
from sample_data.mongo_world import (
    DEFAULT_SEED,
    has_batch,
    interrupt_as_command_error,
    last_cut,
    open_world,
    remember_cut,
    store_errors_as_command_errors,
    write_new,
    write_over,
)
from sample_data.world import World

RUN_TIME = timedelta(hours=2)
"""A nightly run covers the days before midnight UTC and finishes two hours later."""


class Command(BaseCommand):
    help = (
        "Fills batch_views with the sample world, as a nightly batch job would: real movie facts, and simulated "
        "reviews, votes and popularity since 45 days before the first load. Writes all five view types. The first run "
        "takes about half a minute; later runs replace documents in place and add the new days. Repeating a "
        "completed run does nothing. Documents of other producers are never touched. Exits with 1 when MongoDB can't "
        "be reached or refuses."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--covers-until",
            type=parse_full_hour,
            metavar="TIME",
            help="use events before this hour, in ISO 8601, by default UTC (default: the last midnight, or before "
            "02:00 UTC the midnight before, like a job that starts at midnight and takes two hours)",
        )
        parser.add_argument(
            "--seed",
            type=int,
            help=f"seed of a new world; another seed gives other events (default: {DEFAULT_SEED})",
        )
        parser.add_argument(
            "--scale",
            type=float,
            help="scale of a new world: factor for movies and events, at most 10 (default: SAMPLE_SCALE)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        with interrupt_as_command_error(), store_errors_as_command_errors():
            source = database()
            seed, scale = options["seed"], options["scale"]
            world = open_world(source, now, seed=seed, scale=scale, default_scale=settings.SAMPLE_SCALE)
            has_documents = has_batch(source, world)
            before = last_cut(source) if has_documents else None
            cut = options["covers_until"] or nightly_cut(now)
            if cut == before:
                self.stdout.write(f"batch_views already covers the sample world until {isoformat(cut)}")
                return
            check_cut(cut, world.epoch, before, now)
            run = JobRun(cut, min(cut + RUN_TIME, now))
            started = time.monotonic()
            documents = batch_documents(self._read(world, cut), run, since=before)
            counts = self._write(source, documents, over=has_documents)
            remember_cut(source, run)
        kinds = ", ".join(f"{count:,} {view_type}" for view_type, count in counts.most_common())
        self.stdout.write(
            f"{run.run_id} wrote {counts.total():,} documents to batch_views ({kinds}), covering events until "
            f"{isoformat(cut)}, in {time.monotonic() - started:.1f} s"
        )

    def _read(self, world: World, cut: datetime) -> Digest:
        progress = Progress(self.stderr, "Hours of the stream read", (cut - world.epoch) // HOUR)
        result = digest(world, cut, lambda _: progress.step())
        progress.end()
        return result

    def _write(self, source: Database[Document], documents: Iterable[Document], *, over: bool) -> Counter[str]:
        progress = Progress(self.stderr, "Documents written to batch_views")
        counts: Counter[str] = Counter()
        write = write_over if over else write_new
        for batch in progress.track(write(source[BATCH], documents)):
            counts.update(document["view_type"] for document in batch)
        return counts


def nightly_cut(now: datetime) -> datetime:
    """Returns up to when the newest finished nightly run covers at ``now``: the last midnight whose run is done."""
    return floor_day(now - RUN_TIME)


def check_cut(cut: datetime, epoch: datetime, before: datetime | None, now: datetime) -> None:
    """Refuses a cut outside the stream, or one that an earlier run already goes beyond.

    Raises:
        CommandError: with the reason.
    """
    if not epoch < cut <= now:
        raise CommandError(
            f"--covers-until takes a time after {isoformat(epoch)}, when the stream begins, and not in the future"
        )
    if before is not None and cut < before:
        raise CommandError(
            f"batch_views already covers the sample world until {isoformat(before)}; a run until {isoformat(cut)} "
            "would cover less"
        )


def parse_full_hour(text: str) -> datetime:
    """Parses an ISO 8601 time to aware UTC; without an offset it is UTC.

    Raises:
        argparse.ArgumentTypeError: it is no such time, or not on the hour.
    """
    try:
        moment = parse_moment(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time such as 2026-11-24T06:00Z") from None
    if moment != floor_hour(moment):
        raise argparse.ArgumentTypeError(f"{text!r} is not on the hour")
    return moment
