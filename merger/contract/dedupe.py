"""Removes duplicates: of documents with the same key, only the newest counts."""

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
    """The first criterion between documents that are equally new: the fields that the catalogue keeps.

    So the catalogue, which has dropped all other fields, makes the same choice as the views of single movies.
    """
    return json.dumps([list(data.get("genres", ())), *(data.get(name) for name in _TIE_FIELDS)])


D = TypeVar("D", BatchDocument, SpeedDocument)


def newest_batch(
    documents: Iterable[BatchDocument], key: Callable[[BatchDocument], Hashable]
) -> dict[Hashable, BatchDocument]:
    """Keeps one document per key: that with the newest ``computed_at``, then the highest ``version``."""
    return _newest(documents, key, lambda d: (d.computed_at, d.version, d.covers_until))


def newest_speed(
    documents: Iterable[SpeedDocument], key: Callable[[SpeedDocument], Hashable]
) -> dict[Hashable, SpeedDocument]:
    """Keeps one document per key: that with the newest ``synced_at``."""
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
    # Equally new but perhaps different: any choice is fine if it doesn't depend on the order (requirement M7).
    return _tie_rank(document) > _tie_rank(rival)


def _tie_rank(document: BatchDocument | SpeedDocument) -> tuple[str, str]:
    return tie_break(document.data), json.dumps(document.data, sort_keys=True)
