"""``manage.py shard_views``: distributes both collections over the shards of a cluster.

Requirement O6.
"""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from merger.errors import StoreError
from merger.indexes import shards
from merger.indexes.sharding import CantShard, plan
from merger.management.errors import as_command_errors
from merger.stores.mongo.client import database


class Command(BaseCommand):
    help = (
        "Shards batch_views and speed_views by a hash of movie_id, so that a query for one movie goes to one shard. "
        "Shows the commands, asks, and sends them: an index on the key if there is none, then shardCollection. MongoDB "
        "then moves the documents by itself while the service keeps running. A second run does nothing. Needs a user "
        "that may enable sharding, such as one with the role clusterManager. Exits with 1 when the server has no "
        "shards, a collection is sharded by another key, or MongoDB can't be reached or refuses."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--plan", action="store_true", help="only show the commands")
        parser.add_argument("--yes", action="store_true", help="send them without asking")

    @as_command_errors(CantShard, StoreError)
    def handle(self, *args: Any, **options: Any) -> None:
        cluster = shards.describe_cluster(database())
        steps = plan(cluster)
        if not steps:
            self.stdout.write(f"Both collections are already sharded, over {', '.join(cluster.shards)}.")
            return
        for step in steps:
            self.stdout.write(step.shell_command)
        if options["plan"]:
            return
        if not options["yes"]:
            self._confirm(cluster.shards)
        for number, step in enumerate(steps, start=1):
            began = time.perf_counter()
            shards.run(database(), step)
            self.stdout.write(f"{number} of {len(steps)} done in {time.perf_counter() - began:.1f} s")
        self.stdout.write("Sharded. db.batch_views.getShardDistribution() shows how far documents have moved.")

    def _confirm(self, names: tuple[str, ...]) -> None:
        self.stdout.write(f"This distributes both collections over {', '.join(names)}.")
        try:
            answer = input("Continue? [y/N] ")
        except EOFError:
            answer = ""
        if answer.strip().lower() not in ("y", "yes"):
            raise CommandError("nothing was changed; --yes continues without asking")
