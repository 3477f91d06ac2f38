"""Duplicates: of documents with the same key, the newest counts, once."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, TypeVar

from merger.contract.documents import BatchDocument, SpeedDocument

_TIE_FIELDS = (
    *("title", "release_date", "vote_average", "vote_count", "popularity", "revenue"),
    *("avg_sentiment", "review_count"),
)


def tie_break(data: Mapping[str, Any]) -> str:
    """What decides first between documents that are equally new: the fields that the catalogue has.

    So the catalogue, which has forgotten the others, chooses as the views of single movies do.
    """
    return json.dumps([list(data.get("genres", ())), *(data.get(name) for name in _TIE_FIELDS)])


D = TypeVar("D", BatchDocument, SpeedDocument)


def newest_batch(
    documents: Iterable[BatchDocument], key: Callable[[BatchDocument], Hashable]
) -> dict[Hashable, BatchDocument]:
    """Of documents for the same key the newest ``computed_at``, then ``version``, once (D4)."""
    return _newest(documents, key, lambda d: (d.computed_at, d.version, d.covers_until))


def newest_speed(
    documents: Iterable[SpeedDocument], key: Callable[[SpeedDocument], Hashable]
) -> dict[Hashable, SpeedDocument]:
    """Of documents for the same key the newest ``synced_at``, once (D4)."""
    return _newest(documents, key, lambda d: (d.synced_at,))


def _newest(
    documents: Iterable[D], key: Callable[[D], Hashable], rank: Callable[[D], tuple[Any, ...]]
) -> dict[Hashable, D]:
    result: dict[Hashable, D] = {}
    for document in documents:
        name = key(document)
        rival = result.get(name)
        if rival is None or _outranks(document, rival, rank):
            result[name] = document
    return result


def _outranks(document: D, rival: D, rank: Callable[[D], tuple[Any, ...]]) -> bool:
    ours, theirs = rank(document), rank(rival)
    if ours != theirs:
        return ours > theirs
    # Equally new, yet perhaps different: any choice will do, as long as it doesn't depend on the order (M7).
    return _settled(document) > _settled(rival)


def _settled(document: BatchDocument | SpeedDocument) -> tuple[str, str]:
    return tie_break(document.data), json.dumps(document.data, sort_keys=True)
