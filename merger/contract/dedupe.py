"""Removes duplicates: of documents with the same key, only the newest counts."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from merger.contract.values import INSERTION_DOUBT, BatchDocument, SpeedDocument

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
    """Keeps one document per key: that with the newest ``computed_at``, then the highest ``version``, then the latest
    ``_id``. Where another one may be as new and says something else, the one that is kept ``is_contested``.

    Requirement D4.
    """
    documents = list(documents)
    result = _newest(documents, key, precedence_of)
    if len(result) < len(documents):
        for document in documents:
            name = key(document)
            kept = result[name]
            if not kept.is_contested and _contests(document, kept):
                result[name] = replace(kept, is_contested=True)
    return result


def precedence_of(document: BatchDocument) -> tuple[Any, ...]:
    """Sort key of documents about the same thing: the greatest is the one to use."""
    return document.computed_at, document.version, document.inserted, document.covers_until


def _contests(document: BatchDocument, kept: BatchDocument) -> bool:
    """Whether a document may be as new as the one that is kept, and says something else."""
    if (document.computed_at, document.version) != (kept.computed_at, kept.version):
        return False
    if document.inserted and kept.inserted and kept.inserted - document.inserted > INSERTION_DOUBT:
        return False
    return (document.data, document.covers_until) != (kept.data, kept.covers_until)


def newest_speed(
    documents: Iterable[SpeedDocument], key: Callable[[SpeedDocument], Hashable]
) -> dict[Hashable, SpeedDocument]:
    """Keeps one document per key: that with the newest ``synced_at``. Where another one is as new and says something
    else, the one that is kept ``is_assumed``.

    Requirement D4.
    """
    documents = list(documents)
    result = _newest(documents, key, lambda d: (d.synced_at,))
    if len(result) < len(documents):
        for document in documents:
            name = key(document)
            kept = result[name]
            if document.synced_at == kept.synced_at and document.data != kept.data and not kept.is_assumed:
                result[name] = replace(kept, is_assumed=True)
    return result


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
