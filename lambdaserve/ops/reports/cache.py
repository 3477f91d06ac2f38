"""The cache in one report, for pages (O4, C8)."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.conf import settings

from merger import configuration, wiring
from merger.cache.inspection import contents
from merger.cache.outcomes import hit_rate
from merger.operations import server_facts as storefacts
from merger.stores.redis.link import RedisTrouble
from merger.views.freshness import TTLClass
from merger.views.registry import known_views

MOST_REQUESTED = 20
HOURS = 23
"""Of counts, beside the hour that is open."""


def cache_report() -> dict[str, Any]:
    """Plain data: ``redis``, ``process``, ``views``, ``ttl_classes``, ``largest``, ``requested``, ``is_whole``.

    Raises:
        RedisTrouble: Redis does not answer.
    """
    cache = wiring.service().cache
    views = known_views()
    seen = contents(cache, views)
    counts = wiring.outcome_totals().read(configuration.utc_now(), HOURS)
    facts = None
    with suppress(RedisTrouble):  # it may keep this from its user
        facts = storefacts.cache_facts()
    return {
        "redis": facts and {"version": facts.version, "used": facts.used, "most": facts.most, "policy": facts.policy},
        "process": {"entries": len(cache.hot), "bytes": cache.hot.bytes},
        "hit_rate": hit_rate(counts),
        "views": [
            {
                "name": name,
                "entries": seen.views[name].entries if name in seen.views else 0,
                "bytes": seen.views[name].bytes if name in seen.views else 0,
                "hit_rate": hit_rate(counts, name),
                "answers": sum(number for (of, _), number in counts.items() if of == name),
                "ttl_class": view.ttl.value,
            }
            for name, view in views.items()
        ],
        "ttl_classes": [
            {"name": each.value, "seconds": seconds, "views": [n for n, v in views.items() if v.ttl is each]}
            for each, seconds in (
                (TTLClass.VOLATILE, settings.CACHE_TTL_VOLATILE),
                (TTLClass.STABLE, settings.CACHE_TTL_STABLE),
                (TTLClass.VERY_STABLE, settings.CACHE_TTL_VERY_STABLE),
            )
        ],
        "largest": [{"key": e.key, "bytes": e.bytes, "seconds": e.seconds} for e in seen.largest],
        "requested": [
            {"address": address, "count": round(count, 1)}
            for address, count in wiring.popular_totals().top(MOST_REQUESTED)
        ],
        "is_whole": seen.is_whole,
    }
