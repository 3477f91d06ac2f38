"""What documents violate, counted by kind with examples (D2, D4, O3). Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from merger.contract.documents import Contract
from merger.contract.fields import moment
from merger.contract.identity import subject_of
from merger.contract.importing import BATCH, EXPIRES_AFTER
from merger.errors import Unreadable

_NO_EXPIRY, _OTHER_EXPIRY = "ttl_expires_at: it is missing", "ttl_expires_at: it is not 48 hours after the hour"


class Check:
    """Looks at the documents of one collection.

    Args:
        kind: of ``merger.contract.importing.KINDS``.
        contract: reads them.
        examples: ids to remember of each violation.
        duplicates: whether to look for documents about the same, which costs memory: some 100 bytes a document.
    """

    def __init__(self, kind: str, contract: Contract, examples: int, *, duplicates: bool = True) -> None:
        self._kind = kind
        self._contract = contract
        self._most = examples
        self._seen: set[int] | None = set() if duplicates else None
        self.documents: Counter[str] = Counter()
        self.violations: Counter[str] = Counter()
        self.duplicates: Counter[str] = Counter()
        self.examples: defaultdict[str, list[str]] = defaultdict(list)

    def add(self, documents: Iterable[Mapping[str, Any]]) -> None:
        """Some more documents."""
        for document in documents:
            try:
                if self._kind == BATCH:
                    self._add_batch(document)
                else:
                    self._add_speed(document)
            except Unreadable as error:
                self._violates(document, f"{error.kind}: {error.reason}")

    def as_dict(self) -> dict[str, Any]:
        """The report: documents and duplicates by type, and violations with count and examples, frequent ones first."""
        return {
            "documents": dict(self.documents.most_common()),
            "unreadable_or_odd": [
                {"what": what, "documents": number, "examples": self.examples[what]}
                for what, number in self.violations.most_common()
            ],
            "duplicates": None if self._seen is None else dict(self.duplicates.most_common()),
        }

    def _add_batch(self, raw: Mapping[str, Any]) -> None:
        document = self._contract.batch(raw)
        self._counts(document.view_type, (*subject_of(document), document.run_id))

    def _add_speed(self, raw: Mapping[str, Any]) -> None:
        document = self._contract.speed(raw)
        self._counts(document.data_type, (document.data_type, document.movie_id, document.hour))
        expires = raw.get("ttl_expires_at")
        if expires is None:
            self._violates(raw, _NO_EXPIRY)
            return
        try:
            is_right = moment(expires) == document.hour + EXPIRES_AFTER
        except (ValueError, OverflowError) as error:
            self._violates(raw, f"ttl_expires_at: {error}")
            return
        if not is_right:
            self._violates(raw, _OTHER_EXPIRY)

    def _counts(self, name: str, about: Hashable) -> None:
        self.documents[name] += 1
        if self._seen is not None:
            # Hashes alone: two of some million documents meet by accident once in a hundred thousand reports.
            key = hash(about)
            self.duplicates[name] += key in self._seen
            self._seen.add(key)

    def _violates(self, document: Mapping[str, Any], what: str) -> None:
        self.violations[what] += 1
        if len(self.examples[what]) < self._most:
            self.examples[what].append(str(document.get("_id"))[:100])
