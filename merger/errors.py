"""All errors that computing an answer may raise.

    MergerError
    ├── BadQuery            a parameter the caller must change
    │   └── BadQueries      several of them at once
    ├── NotFound            neither layer holds such a movie, genre, actor or person; or there is no such batch run
    ├── PrunedRun           documents that readers of a run saw were deleted
    ├── Incomplete          ``completeness=strict`` was asked for, and some intervals or a layer are missing
    │   └── Unproven            ``completeness=proven``, and some intervals are assumed (``merger.core.evidence``)
    ├── Unreadable          one stored document; skipped and counted, never shown to a caller (D2)
    └── StoreError          the document store failed
        ├── StoreUnavailable    it is away, too slow or refusing: worth trying again
        ├── StoreFault          it answered with an error that a retry will not mend
        │   └── StoreRefused        its user may not do this
        └── PartialAnswer       one layer failed; carries the answer from the other one (``merger.cache.terms``)

Which status code each becomes is decided in ``lambdaserve/api/problems.py`` and nowhere else.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

Interval = tuple[datetime | None, datetime]
"""``[start, end)`` in aware UTC; a start of ``None`` means "since the beginning"."""


class MergerError(Exception):
    """Base of every error that this package raises on purpose."""


class BadQuery(MergerError):
    """A parameter has a value that it can't take.

    Requirement A1.

    Args:
        parameter: name as the caller wrote it.
        value: as the caller wrote it.
        expected: what it takes, as the end of the sentence "… takes …".
    """

    def __init__(self, parameter: str, value: object, expected: str) -> None:
        super().__init__(f"{parameter} takes {expected}; got {_shorten(value)}")
        self.parameter = parameter
        self.value = value
        self.expected = expected


class BadQueries(BadQuery):
    """Several bad parameters; the first one stands for all where only one can be named."""

    def __init__(self, errors: Sequence[BadQuery]) -> None:
        first = errors[0]
        super().__init__(first.parameter, first.value, first.expected)
        self.errors = tuple(errors)


class NotFound(MergerError):
    """No document of either layer has this key.

    Args:
        kind: ``movie``, ``genre``, ``actor``, ``person`` or ``run``.
        key: what was asked for.
        near: close matches to offer, best first (A1).
    """

    def __init__(self, kind: str, key: object, near: Sequence[str] = ()) -> None:
        super().__init__(f"no {kind} {_shorten(key)}")
        self.kind = kind
        self.key = key
        self.near = tuple(near)

    def spelt(self, key: object) -> NotFound:
        """The same error with the key as the caller spelt it: answers are kept by a folded one."""
        return NotFound(self.kind, key, self.near)


class PrunedRun(MergerError):
    """Documents that readers of a run saw are not held any more.

    Requirement M14.

    Args:
        run: its id.
        base: a later run that replaced them.
    """

    def __init__(self, run: str, base: str) -> None:
        super().__init__(f"documents of run {_shorten(run)} were pruned, since run {_shorten(base)} replaced them")


class Incomplete(MergerError):
    """The answer would lack events, and the caller asked for a complete one.

    Requirement M8.

    Args:
        missing: intervals that neither layer holds.
        away: layers that did not answer.
    """

    def __init__(self, missing: Sequence[Interval], away: Collection[str] = ()) -> None:
        reasons = [f"the {layer} layer is not answering" for layer in sorted(away)]
        if missing or not reasons:
            number = "1 interval is" if len(missing) == 1 else f"{len(missing)} intervals are"
            reasons.append(f"{number} missing from both layers")
        super().__init__(" and ".join(reasons))
        self.missing = tuple(missing)
        self.away = frozenset(away)


class Unreadable(MergerError):
    """A stored document can't be trusted.

    Requirement D2.

    Args:
        kind: short stable label for metrics and logs, e.g. ``sentiment.review_count``.
        reason: for people who read the log.
    """

    def __init__(self, kind: str, reason: str) -> None:
        # The reason may quote the document, and a document may hold anything.
        self.reason = reason if len(reason) <= 200 else reason[:199] + "…"
        super().__init__(f"{kind}: {self.reason}")
        self.kind = kind


class StoreError(MergerError):
    """The document store could not answer."""


class StoreUnavailable(StoreError):
    """The store is away, over its deadline or refusing. ``retry_after`` is in seconds.

    Requirement F1.
    """

    def __init__(self, detail: str, retry_after: int = 5) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class StoreFault(StoreError):
    """The store answered with an error that trying again will not mend."""


class StoreRefused(StoreFault):
    """The service's user lacks a privilege. The text is for operators; a client gets none of it."""


def _shorten(value: object, limit: int = 80) -> str:
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
