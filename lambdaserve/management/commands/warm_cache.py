"""``manage.py warm_cache``: computes answers before clients request them.

Requirement O3.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lambdaserve.ops.warming import Warmed, usual_addresses, warm
from merger.cache.popular import MOST_KEPT
from merger.errors import StoreError
from merger.management.progress import Progress
from merger.stores.redis.client import redis_link
from merger.stores.redis.link import RedisTrouble
from merger.wiring import popular_totals

_LARGEST_RANKING = 100
_REASONS_SHOWN = 5


class Command(BaseCommand):
    help = (
        "Computes the answers that are most likely to be requested and caches them: the most requested "
        "addresses of the last hours, the analytics, ranking and first pages of all movies and people, every genre's "
        "ranking, analytics and recommendations, and details, sentiment, stats and similar movies of trending ones. "
        "Answers that are fresh in the cache are left alone. It is safe to "
        "run beside the service: both compute an answer only once. Exits with 1 if an answer could not be computed, "
        "or if there is no Redis to store it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--top", type=int, default=200, help=f"most requested addresses, 0 to {MOST_KEPT} (default: 200)"
        )
        parser.add_argument(
            "--trending", type=int, default=50, help=f"trending movies, 0 to {_LARGEST_RANKING} (default: 50)"
        )
        parser.add_argument("--dry-run", action="store_true", help="only list the addresses, compute nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        for name, most in (("top", MOST_KEPT), ("trending", _LARGEST_RANKING)):
            if not 0 <= options[name] <= most:
                raise CommandError(f"--{name} takes a number from 0 to {most}")
        addresses = self._addresses(options["top"], options["trending"])
        if options["dry_run"]:
            for address in addresses:
                self.stdout.write(address)
            self.stdout.write(f"{len(addresses)} addresses; nothing was computed")
            return
        results, reasons = self._warm(addresses)
        shown = [kind for kind in Warmed if results[kind] or kind is Warmed.COMPUTED]
        counts = ", ".join(f"{results[kind]} {kind.value}" for kind in shown)
        self.stdout.write(f"{len(addresses)} addresses: {counts}")
        if reasons:
            raise CommandError("\n".join(reasons[:_REASONS_SHOWN]))

    def _addresses(self, top: int, trending: int) -> list[str]:
        """The addresses to warm, each once, the most requested first."""
        try:
            requested = [address for address, _ in popular_totals().top(top)] if top else []
            return list(dict.fromkeys([*requested, *usual_addresses(trending)]))
        except RedisTrouble as trouble:
            raise CommandError(f"there is no cache to warm: {trouble}") from trouble
        except StoreError as error:
            raise CommandError(f"no answers can be computed: {error}") from error

    def _warm(self, addresses: list[str]) -> tuple[Counter[Warmed], list[str]]:
        results: Counter[Warmed] = Counter()
        reasons = []
        progress = Progress(self.stderr, "Answers checked", len(addresses))
        for address in addresses:
            result, reason = warm(address)
            if result is Warmed.COMPUTED and redis_link().is_away:
                result, reason = Warmed.FAILED, "Redis does not answer, so the answer could not be stored"
            results[result] += 1
            if result is Warmed.FAILED:
                reasons.append(f"{address}: {reason}")
            progress.step()
        progress.end()
        return results, reasons
