"""Report of the answer cache: size, hit rates, and what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from django.conf import settings

from merger import configuration, wiring
from merger.cache.inspection import CachedView, Contents, scan
from merger.cache.outcomes import Outcome, hit_rate
from merger.operations import server_facts
from merger.stores.redis.link import RedisTrouble
from merger.views.freshness import TTLClass
from merger.views.plans import View
from merger.views.registry import known_views

MOST_REQUESTED = 20
HOURS_COUNTED = 23
"""Closed hours whose counts are added to the open hour's."""

Counts = dict[tuple[str, Outcome], int]
"""Answers by view and outcome."""


def cache_report() -> dict[str, Any]:
    """Builds the report: ``redis``, ``process``, ``views``, ``ttl_classes``, ``largest``, ``requested``, ``is_whole``.

    Raises:
        RedisTrouble: Redis does not answer.
    """
    cache = wiring.service().cache
    views = known_views()
    seen = scan(cache, views)
    counts = wiring.outcome_totals().read(configuration.utc_now(), HOURS_COUNTED)
    popular = wiring.popular_totals().top(MOST_REQUESTED)
    return {
        "redis": _redis_facts(),
        "process": {"entries": len(cache.local_tier), "bytes": cache.local_tier.bytes},
        "hit_rate": hit_rate(counts),
        "views": _view_rows(views, seen, counts),
        "ttl_classes": _ttl_rows(views),
        "largest": [asdict(entry) for entry in seen.largest],
        "requested": [{"address": address, "count": round(count, 1)} for address, count in popular],
        "is_whole": seen.is_whole,
    }


def _redis_facts() -> dict[str, Any] | None:
    with suppress(RedisTrouble):  # this user may not be allowed to ask for them
        facts = server_facts.cache_facts()
        return {"version": facts.version, "used": facts.used, "most": facts.limit, "policy": facts.policy}
    return None


def _view_rows(views: Mapping[str, View[Any]], seen: Contents, counts: Counts) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            **asdict(seen.views.get(name, CachedView())),
            "hit_rate": hit_rate(counts, name),
            "answers": sum(number for (of, _), number in counts.items() if of == name),
            "ttl_class": view.ttl.value,
        }
        for name, view in views.items()
    ]


def _ttl_rows(views: Mapping[str, View[Any]]) -> list[dict[str, Any]]:
    seconds_by_class = {
        TTLClass.VOLATILE: settings.CACHE_TTL_VOLATILE,
        TTLClass.STABLE: settings.CACHE_TTL_STABLE,
        TTLClass.VERY_STABLE: settings.CACHE_TTL_VERY_STABLE,
    }
    return [
        {"name": each.value, "seconds": seconds, "views": [n for n, v in views.items() if v.ttl is each]}
        for each, seconds in seconds_by_class.items()
    ]
