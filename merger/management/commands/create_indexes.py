"""``manage.py create_indexes``: makes the indexes that the request path needs (O3)."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

import pymongo
from django.core.management.base import BaseCommand, CommandError
from pymongo import IndexModel

from merger.errors import StoreError
from merger.indexes import Index, declared, missing
from merger.mongo import database, mapping_errors
from merger.wiring import aliases

ANSWER_WITHIN = 10.0
"""Seconds that the server may take to list its indexes; building one may take as long as it takes."""


class Command(BaseCommand):
    help = (
        "Creates the declared indexes that batch_views and speed_views lack. Existing indexes are left alone, so it "
        "is safe to run at every start. Prints one line per index; exits with 1 when MongoDB can't be reached or "
        "refuses."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what is missing; create nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = declared(aliases())
        try:
            lacking = missing(wanted, real_indexes(wanted))
            for index in lacking:
                if options["dry_run"]:
                    self.stdout.write(f"missing  {described(index)}")
                else:
                    started = time.monotonic()
                    create(index)
                    took = time.monotonic() - started
                    self.stdout.write(f"created  {described(index)} in {took:.1f} s")
        except StoreError as error:
            raise CommandError(str(error)) from error
        present = len(wanted) - len(lacking)
        verb = "missing" if options["dry_run"] else "created"
        self.stdout.write(f"{len(wanted)} indexes declared: {present} present, {len(lacking)} {verb}")


def real_indexes(wanted: tuple[Index, ...]) -> dict[str, list[Any]]:
    """By collection, the indexes that the server has; a collection that doesn't exist has none.

    Raises:
        StoreError: from the server.
    """
    with mapping_errors(), pymongo.timeout(ANSWER_WITHIN):
        return {name: list(database()[name].list_indexes()) for name in {index.collection for index in wanted}}


def create(index: Index) -> None:
    """Builds one index; waits for it, however large the collection.

    Raises:
        StoreError: from the server.
    """
    collection = database()[index.collection]
    with mapping_errors():
        # An index of that name with other keys may be somebody's: it stays, and ours gets the server's usual name.
        named = {} if index.name in collection.index_information() else {"name": index.name}
        collection.create_indexes([IndexModel(list(index.keys), sparse=index.sparse, **named)])


def described(index: Index) -> str:
    """One line for people: collection, name, keys, purpose."""
    keys = ", ".join(f"{field} {way:+d}" for field, way in index.keys)
    return f"{index.collection}.{index.name} ({keys}): {index.purpose}"
