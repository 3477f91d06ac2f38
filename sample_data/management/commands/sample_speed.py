"""``manage.py sample_speed``: runs the streaming speed job of the sample world."""

from __future__ import annotations

import signal
import time
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from merger.core.windows import HOUR, floor_hour, isoformat
from merger.errors import StoreError
from merger.management.progress import Progress
from merger.stores.mongo.client import database
from merger.stores.mongo.errors import mapping_errors
from sample_data.mongo_world import interrupt_as_command_error, open_world, store_errors_as_command_errors
from sample_data.replay import Replay
from sample_data.speed_feed import SpeedFeed
from sample_data.world import HISTORY, World


class Command(BaseCommand):
    help = (
        "Fills speed_views with the sample world, as a streaming job would: for every hour up to now, one document per "
        "data type (sentiment, stats, trending) and movie with events. Hours that are already complete are left alone. "
        "With --follow it keeps running, refreshes the open hour and completes it when it is over, until Ctrl-C or "
        "SIGTERM. Documents of other producers are never touched. Exits with 1 when MongoDB can't be reached or "
        "refuses; with --follow it tries again instead."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        longest = HISTORY // HOUR
        parser.add_argument(
            "--hours", type=int, default=48, help=f"hours before the current one, 1 to {longest} (default: 48)"
        )
        parser.add_argument("--follow", action="store_true", help="keep running and keep the open hour current")
        parser.add_argument(
            "--interval",
            type=float,
            default=20.0,
            help="seconds between two refreshes with --follow, at least 1 (default: 20)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["hours"] <= HISTORY // HOUR:
            raise CommandError(f"--hours takes a number from 1 to {HISTORY // HOUR}")
        if not options["interval"] >= 1:
            raise CommandError("--interval takes a number of seconds, at least 1")
        if not options["follow"]:
            with interrupt_as_command_error():
                self._catch_up(options["hours"])
            return
        # SIGTERM ends the command as Ctrl-C does, so a supervisor stops it as cleanly as a person.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            self._follow(self._catch_up(options["hours"]), options["interval"])
        except KeyboardInterrupt:
            # A terminal and a supervisor may both send a signal; the second must not interrupt the clean end.
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            self.stdout.write("Stopped following the sample world")

    def _catch_up(self, hours: int) -> SpeedFeed:
        now, started = timezone.now(), time.monotonic()
        with store_errors_as_command_errors():
            source = database()
            world = open_world(source, now, default_scale=settings.SAMPLE_SCALE)
            feed = SpeedFeed(source, self._replay(world, floor_hour(now) - hours * HOUR))
            progress = Progress(self.stderr, "Hours written to speed_views", hours + 1)
            written = 0
            for count in feed.catch_up(now):
                written += count
                progress.step()
            progress.end()
        self.stdout.write(
            f"Wrote {written:,} documents to speed_views, which now holds the {hours} hours up to {isoformat(now)}, "
            f"in {time.monotonic() - started:.1f} s"
        )
        return feed

    def _replay(self, world: World, start: datetime) -> Replay:
        progress = Progress(self.stderr, "Hours of the stream read", (start - world.epoch) // HOUR)
        replay = Replay(world)
        while replay.hour < start:
            replay.advance()
            progress.step()
        progress.end()
        return replay

    def _follow(self, feed: SpeedFeed, interval: float) -> None:
        self.stdout.write(f"Following the sample world, a refresh every {interval:g} s, until Ctrl-C")
        while True:
            time.sleep(interval)
            hour = feed.hour
            try:
                with mapping_errors():
                    feed.refresh(timezone.now())
            except StoreError as error:
                self.stderr.write(f"{error}; trying again in {interval:g} s")
            if feed.hour != hour:
                self.stdout.write(f"Completed the hours before {isoformat(feed.hour)}")
