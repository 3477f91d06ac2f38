"""``manage.py prepare``: sets up what the service needs before its first request."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from lambdaserve.config.local_data import LocalData, SampleState
from lambdaserve.config.private_files import private_umask
from lambdaserve.management.commands.demo_user import make_demo_user
from lambdaserve.ops.doctor.servers import check_memory
from lambdaserve.server.embedded_stores import wait_for_mongo
from lambdaserve.static_files import CollectedOrPlain, sources_mark
from merger.operations.server_facts import cache_facts
from merger.stores.mongo.client import database
from merger.stores.redis.link import RedisTrouble

_LOCK_ID = 0x6C616D626461
"""Number of this project's advisory lock in PostgreSQL; any number would do."""


@contextmanager
def _one_host_at_a_time() -> Iterator[None]:
    """Makes hosts that start together wait for the first one; a host that dies releases the lock."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK_ID])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK_ID])


class Command(BaseCommand):
    help = (
        "Migrates the SQL database, collects static files unless STATIC_DIR names collected ones, and creates "
        "collections, validators and indexes in MongoDB. Migrations that would change documents are left to `manage.py "
        "migrate_views`. `manage.py serve` runs this command before it serves. If MongoDB can't be reached, there is "
        "only a warning: the service starts without it and recovers by itself."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--embedded", action="store_true", help="MongoDB is the embedded one, so a failure of it is an error"
        )
        parser.add_argument("--sample", action="store_true", help="load the sample world if there are no batch views")
        parser.add_argument(
            "--demo-user",
            action="store_true",
            help="create a staff user if there is none; `manage.py serve` shows its password",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        local = LocalData(settings.DATA_DIR)
        # Hosts with PostgreSQL and collected files need no directory, and may have none that can be written.
        needs_directory = connection.vendor == "sqlite" or not settings.ARE_STATIC_FILES_GIVEN or options["sample"]
        if not needs_directory:
            self._prepare(local, options)
            return
        for path in local.make():
            self.stderr.write(self.style.WARNING(f"{path} belongs to another user, and others may read it"))
        with private_umask(), local.one_preparation():
            self._prepare(local, options)

    def _prepare(self, local: LocalData, options: Mapping[str, Any]) -> None:
        with _one_host_at_a_time():
            call_command("migrate", interactive=False, verbosity=0)
        if not settings.ARE_STATIC_FILES_GIVEN:
            self._collect_static_files(local)
        if options["embedded"]:
            wait_for_mongo(settings.MONGODB_URI)  # it starts beside this command
        # Collections before indexes: creating an index first would create its collection without a validator.
        self._run("migrate_views", "Collections were not migrated", fatal=options["embedded"], without_rewrites=True)
        self._run("create_indexes", "No indexes created", fatal=options["embedded"])
        self._warn_of_redis()
        if options["sample"]:
            self._load_sample(local)
        if options["demo_user"]:
            with transaction.atomic():  # a password that can't be noted leaves no user
                local.note_demo_user(make_demo_user())

    def _collect_static_files(self, local: LocalData) -> None:
        """Collects static files unless those collected before are of the same ones: compressing them takes seconds."""
        mark, manifest = sources_mark(), Path(settings.STATIC_ROOT) / CollectedOrPlain.manifest_name
        if mark == local.collected_mark() and manifest.is_file():
            return
        local.write_collected_mark("")
        # The folder is cleared first: files that were removed or replaced must not be served.
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
        local.write_collected_mark(mark)

    def _run(self, command: str, failure: str, *, fatal: bool, **options: Any) -> None:
        try:
            call_command(command, stdout=self.stdout, **options)
        except CommandError as error:
            if fatal:
                raise
            self.stderr.write(self.style.WARNING(f"{failure}: {error}"))

    def _warn_of_redis(self) -> None:
        """Says what happens when Redis's memory is full, if that is not that it drops what is used least."""
        with suppress(RedisTrouble):  # it may be started later, or keep such facts to itself
            for found in check_memory(cache_facts()):
                self.stderr.write(self.style.WARNING(f"{found.about} {found.what}; {found.advice}"))

    def _load_sample(self, local: LocalData) -> None:
        """Loads or completes the sample world; leaves a store with other documents alone."""
        state = local.sample_state()
        if state is SampleState.ABSENT and database()["batch_views"].find_one(projection=["_id"]) is not None:
            self.stdout.write("The embedded MongoDB holds documents of your own, so the sample world was not loaded.")
            return
        if state is SampleState.LOADED:
            return  # the job that `manage.py serve` keeps running catches up
        local.write_sample_state(SampleState.LOADING)
        call_command("sample_batch")
        call_command("sample_speed")
        local.write_sample_state(SampleState.LOADED)
