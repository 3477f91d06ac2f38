"""``manage.py invalidate_cache``: makes cached answers stale, so that they are computed again.

Requirements C6 and O3.
"""

from __future__ import annotations

import difflib
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from merger.cache.generations import ALL_GENERATION, of_movie, of_view
from merger.contract.fields import LARGEST_COUNT
from merger.stores.redis.link import RedisTrouble
from merger.views.registry import known_views
from merger.wiring import service


class Command(BaseCommand):
    help = (
        "Invalidates cached answers, so that each is computed again when it is next requested; every process of the "
        "service follows within about a second, however many answers there are. You don't need it for new data, which "
        "the service notices by itself. Use it for what the service can't notice, such as data corrected in place on a "
        "MongoDB without change streams. Old answers are kept for the time when MongoDB is down. Exits with 1 when "
        "Redis can't be reached or a view is unknown."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="every answer")
        parser.add_argument("--view", nargs="+", default=[], metavar="NAME", help="every answer of these views")
        parser.add_argument(
            "--movie", nargs="+", default=[], type=int, metavar="ID", help="every answer about these movies"
        )
        parser.add_argument("--list", action="store_true", help="only list the views")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            for name in known_views():
                self.stdout.write(name)
            return
        for name in options["view"]:
            _check_view(name)
        for movie_id in options["movie"]:
            if not 0 <= movie_id <= LARGEST_COUNT:
                raise CommandError(f"--movie takes ids from 0 to {LARGEST_COUNT}")
        invalidated = {ALL_GENERATION: "every answer"} if options["all"] else {}
        invalidated |= {of_view(name): f"the answers of {name}" for name in options["view"]}
        invalidated |= {of_movie(movie_id): f"the answers about movie {movie_id}" for movie_id in options["movie"]}
        if not invalidated:
            raise CommandError("name what to invalidate: --all, --view NAME… or --movie ID…; --list shows the views")
        try:
            service().cache.redis_tier.advance([*invalidated])
        except RedisTrouble as trouble:
            raise CommandError(f"nothing was invalidated: {trouble}") from trouble
        self.stdout.write(f"Invalidated {', '.join(invalidated.values())}")


def _check_view(name: str) -> None:
    known = list(known_views())
    if name not in known:
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
        suggestion = f" Did you mean {' or '.join(near)}?" if near else ""
        raise CommandError(f"there is no view {name!r}.{suggestion} The views are: {', '.join(known)}")
