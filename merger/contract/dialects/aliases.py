"""Other names under which producers write types, payloads, fields and stamps.

Requirement D1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Final

STAMPS: Final = ("hour", "synced_at", "computed_at", "covers_until")
"""Our names of the stamps, which stand beside the payload."""


@dataclass(frozen=True)
class Aliases:
    """Other names that producers use; a deployment adds its own with the setting ``CONTRACT_ALIASES``.

    Args:
        payload: keys that may hold the payload, best first.
        flat_views: view types whose payload may also be at the top level of the document. Speed documents of any type
            may have it there.
        view_types: foreign view type → ours.
        data_types: foreign type of speed documents → ours.
        speed_type_keys: keys that may hold a speed document's type, best first.
        fields: foreign payload field → ours, in payloads of any type.
        fields_of: the same for single view types and data types, which win over ``fields``.
        stamps: foreign stamp → ours, for documents that lack ours.
    """

    payload: tuple[str, ...] = ("data", "stats")
    flat_views: tuple[str, ...] = ("genre_analytics", "movie_details", "sentiment")
    view_types: Mapping[str, str] = field(default_factory=lambda: {"temporal_trends": "temporal_analytics"})
    data_types: Mapping[str, str] = field(
        default_factory=lambda: {"review_sentiment": "sentiment", "movie_stats": "stats"}
    )
    speed_type_keys: tuple[str, ...] = ("data_type", "view_type")
    fields: Mapping[str, str] = field(default_factory=dict)
    fields_of: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    stamps: Mapping[str, str] = field(default_factory=lambda: {"window_start": "hour", "updated_at": "synced_at"})

    def with_extra(self, extra: Mapping[str, Any]) -> Aliases:
        """Adds a deployment's aliases to these, which stay first.

        In ``extra["fields"]`` a foreign name stands for ours, and a type for names that hold in its payloads alone.
        """
        given = extra.get("fields", {})
        return Aliases(
            payload=_merge_unique(self.payload, extra.get("payload", ())),
            flat_views=_merge_unique(self.flat_views, extra.get("flat_views", ())),
            view_types={**extra.get("view_types", {}), **self.view_types},
            data_types={**extra.get("data_types", {}), **self.data_types},
            speed_type_keys=_merge_unique(self.speed_type_keys, extra.get("speed_type_keys", ())),
            fields={**{key: ours for key, ours in given.items() if isinstance(ours, str)}, **self.fields},
            fields_of={**{key: ours for key, ours in given.items() if isinstance(ours, Mapping)}, **self.fields_of},
            stamps={**extra.get("stamps", {}), **self.stamps},
        )

    def names_of_view(self, view_type: str) -> tuple[str, ...]:
        """Every spelling of a view type, ours first."""
        return (view_type, *_names_of(view_type, self.view_types))

    def names_of_type(self, data_type: str) -> tuple[str, ...]:
        """Every spelling of a speed data type, ours first."""
        return (data_type, *_names_of(data_type, self.data_types))

    def spellings_of_type(self, data_type: str) -> tuple[tuple[str, str], ...]:
        """Every key and name under which a speed document may state its type, ours first."""
        return tuple(product(self.speed_type_keys, self.names_of_type(data_type)))

    def names_of_field(self, name: str, kind: str) -> tuple[str, ...]:
        """Every spelling of a field in payloads of a type, ours first."""
        return (name, *_names_of(name, self.fields_in(kind)))

    def places_of(self, view_type: str, fields: Iterable[str]) -> tuple[tuple[str, ...], ...]:
        """Every place at which documents of a view type may have some fields of the payload, ours first.

        Each place is the path of every field, in their order.
        """
        prefixes = [f"{payload}." for payload in self.payload] + [""] * (view_type in self.flat_views)
        spellings = list(product(*(self.names_of_field(name, view_type) for name in fields)))
        return tuple(tuple(prefix + name for name in names) for prefix in prefixes for names in spellings)

    def names_of_stamp(self, name: str) -> tuple[str, ...]:
        """Every spelling of a stamp, ours first."""
        return (name, *_names_of(name, self.stamps))

    def fields_in(self, kind: str) -> Mapping[str, str]:
        """Foreign field → ours, in payloads of a type."""
        return {**self.fields, **self.fields_of.get(kind, {})}


def _names_of(ours: str, names: Mapping[str, str]) -> Iterable[str]:
    return (theirs for theirs, name in names.items() if name == ours)


def _merge_unique(ours: tuple[str, ...], theirs: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*ours, *theirs)))
