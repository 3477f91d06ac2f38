"""``manage.py prepare``: what has to be in place before the first request."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from lambdaserve.config.local_data import LocalData, SampleState
from merger.stores.mongo.client import database

_LOCK = 0x6C616D626461
"""Of this project in PostgreSQL, where any number is as good as another."""


@contextmanager
def _one_host_at_a_time() -> Iterator[None]:
    """Hosts that are started together wait for the first of them; a host that dies holds nobody up."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


class Command(BaseCommand):
    help = (
        "Migrates the SQL database, collects static files where STATIC_DIR does not name them, and in MongoDB creates "
        "collections, validators and indexes; "
        "migrations that would change documents are left to `manage.py migrate_views`. `manage.py serve` runs it "
        "before it serves. "
        "A MongoDB that can't be reached is only a warning: the service starts and recovers without it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--embedded", action="store_true", help="MongoDB is the embedded one: trouble with it is an error"
        )
        parser.add_argument(
            "--sample", action="store_true", help="load the sample world where there are no batch views, else catch up"
        )
        parser.add_argument("--demo-user", action="store_true", help="create a staff user if there is none")

    def handle(self, *args: Any, **options: Any) -> None:
        with _one_host_at_a_time():
            call_command("migrate", interactive=False, verbosity=0)
        if not settings.ARE_STATIC_FILES_GIVEN:
            # Anew each time: a file that is gone, or is another one now, must not be served.
            call_command("collectstatic", interactive=False, verbosity=0, clear=True)
        # Collections before their indexes: who makes an index makes a collection that has no validator.
        self._run("migrate_views", "Collections were not migrated", fatal=options["embedded"], without_rewrites=True)
        self._run("create_indexes", "No indexes created", fatal=options["embedded"])
        if options["sample"]:
            self._sample(LocalData(settings.DATA_DIR))
        if options["demo_user"]:
            call_command("demo_user")

    def _run(self, command: str, failed: str, *, fatal: bool, **options: Any) -> None:
        try:
            call_command(command, stdout=self.stdout, **options)
        except CommandError as error:
            if fatal:
                raise
            self.stderr.write(self.style.WARNING(f"{failed}: {error}"))

    def _sample(self, local: LocalData) -> None:
        """Loads, completes or catches up the sample world; leaves a store with other documents alone."""
        state = local.sample_state()
        if state is SampleState.ABSENT and database()["batch_views"].find_one(projection=["_id"]) is not None:
            self.stdout.write("The embedded MongoDB holds documents of your own, so the sample world stays out.")
            return
        if state is SampleState.LOADED:
            call_command("sample_speed")
            return
        local.write_sample_state(SampleState.LOADING)
        call_command("sample_batch")
        call_command("sample_speed")
        local.write_sample_state(SampleState.LOADED)
