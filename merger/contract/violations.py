"""Counts the contract's violations and the dialects in a collection by kind, with examples. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from merger.contract.dialects.table import dialects_of
from merger.contract.documents import Contract, Dropped
from merger.contract.identity import identity_of
from merger.contract.importing import BATCH_KIND, EXPIRES_AFTER, is_heartbeat, speed_identity
from merger.contract.stamps import moment
from merger.errors import Unreadable

_NO_EXPIRY, _OTHER_EXPIRY = "ttl_expires_at: it is missing", "ttl_expires_at: it is not 48 hours after the hour"


class ViolationReport:
    """Counts the violations in the documents of one collection.

    Args:
        kind: one of ``merger.contract.importing.KINDS``.
        contract: reads the documents.
        examples: most ids to keep for each violation.
        duplicates: whether to look for documents with the same identity, which takes about 100 bytes a document.
    """

    def __init__(self, kind: str, contract: Contract, examples: int, *, duplicates: bool = True) -> None:
        self._kind = kind
        self._contract = contract
        self._most = examples
        self._seen: set[int] | None = set() if duplicates else None
        self.documents: Counter[str] = Counter()
        self.violations: Counter[str] = Counter()
        self.duplicates: Counter[str] = Counter()
        self.dialects: Counter[str] = Counter()
        self.examples: defaultdict[str, list[str]] = defaultdict(list)

    def add(self, documents: Iterable[Mapping[str, Any]]) -> None:
        """Checks more documents."""
        for document in documents:
            self.dialects.update(dialects_of(document))
            try:
                if self._kind == BATCH_KIND:
                    self._add_batch(document)
                else:
                    self._add_speed(document)
            except Unreadable as error:
                self._add_violation(document, f"{error.kind}: {error.reason}")

    def as_dict(self) -> dict[str, Any]:
        """The report, frequent first: documents and duplicates by type, dialects, violations with examples."""
        return {
            "documents": dict(self.documents.most_common()),
            "unreadable_or_odd": [
                {"what": what, "documents": number, "examples": self.examples[what]}
                for what, number in self.violations.most_common()
            ],
            "dialects": dict(self.dialects.most_common()),
            "duplicates": None if self._seen is None else dict(self.duplicates.most_common()),
        }

    def _add_batch(self, raw: Mapping[str, Any]) -> None:
        dropped: list[Dropped] = []
        document = self._contract.read_batch(raw, dropped)
        self._add_dropped(raw, dropped)
        self._count(document.view_type, (*identity_of(document), document.run_id))

    def _add_speed(self, raw: Mapping[str, Any]) -> None:
        if is_heartbeat(raw):
            heartbeat = self._contract.read_heartbeat(raw)
            self._count("heartbeat", ("heartbeat", heartbeat.data_type, heartbeat.hour))
            return
        dropped: list[Dropped] = []
        document = self._contract.read_speed(raw, dropped)
        self._add_dropped(raw, dropped)
        self._count(document.data_type, (*speed_identity(document), document.hour))
        expires = raw.get("ttl_expires_at")
        if expires is None:
            self._add_violation(raw, _NO_EXPIRY)
            return
        try:
            starts = (document.hour, document.hour if document.part is None else document.part.start)
            if moment(expires) not in {start + EXPIRES_AFTER for start in starts}:
                self._add_violation(raw, _OTHER_EXPIRY)
        except (ValueError, OverflowError) as error:
            self._add_violation(raw, f"ttl_expires_at: {error}")

    def _add_dropped(self, raw: Mapping[str, Any], dropped: Iterable[Dropped]) -> None:
        for each in dropped:
            self._add_violation(raw, f"{each.kind}: {each.reason}")

    def _count(self, name: str, about: Hashable) -> None:
        self.documents[name] += 1
        if self._seen is not None:
            # Only hashes are kept: among a few million documents two collide once in a hundred thousand reports.
            key = hash(about)
            self.duplicates[name] += key in self._seen
            self._seen.add(key)

    def _add_violation(self, document: Mapping[str, Any], violation: str) -> None:
        self.violations[violation] += 1
        if len(self.examples[violation]) < self._most:
            self.examples[violation].append(str(document.get("_id"))[:100])
