"""Judges documents of files: dialects, what is absent, odd or can't be read, and what to add to be proven complete.

Requirements D1, D2 and D5.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from merger.contract.dialects.table import DIALECTS, dialects_of
from merger.contract.documents import BatchDocument, Contract, Dropped, Heartbeat, SpeedDocument
from merger.contract.importing import BATCH_KIND, SPEED_KIND, Rejected, is_heartbeat
from merger.contract.payloads import SPEED_TYPES, VIEWS
from merger.errors import Unreadable
from merger.producers.advice import Seen, advice_on

_SPEED_MARKS = ("hour", "window_start", "data_type", "synced_at", "heartbeat")
_MARKS: Final = ("date", "month", "movie_id", "genre")
"""Fields that tell what a document is about, absent where it is about more."""


def kind_of(raw: Mapping[str, Any]) -> str:
    """Which collection a raw document belongs to, to judge by its fields."""
    if raw.get("computed_at") is not None:
        return BATCH_KIND
    return SPEED_KIND if any(raw.get(name) is not None for name in _SPEED_MARKS) else BATCH_KIND


class FileReport:
    """Judges documents one by one.

    Args:
        contract: reads the documents.
        examples: most places to keep for each finding.
    """

    def __init__(self, contract: Contract, examples: int = 3) -> None:
        self._contract = contract
        self._most = examples
        self.documents: Counter[str] = Counter()
        self.dialects: Counter[str] = Counter()
        self.absent: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.odd: Counter[str] = Counter()
        self.unreadable: Counter[str] = Counter()
        self.places: defaultdict[str, list[str]] = defaultdict(list)
        self.seen = Seen()

    def add(self, place: str, raw: Mapping[str, Any], kind: str) -> None:
        """Judges a document.

        Args:
            place: where it is, for examples.
            raw: as its producer wrote it.
            kind: ``batch`` or ``speed``.
        """
        self.dialects.update(dialects_of(raw))
        dropped: list[Dropped] = []
        try:
            found = self._read(raw, kind, dropped)
        except Unreadable as error:
            self._note(self.unreadable, f"{error.kind}: {error.reason}", place)
            return
        for each in dropped:
            self._note(self.odd, f"{each.kind}: {each.reason}", place)
        self.seen.add(found, raw)
        if isinstance(found, Heartbeat):
            self.documents["heartbeat"] += 1
            return
        name, fields = self._fields_of(found)
        self.documents[name] += 1
        self.absent[name].update(field for field in fields if field not in found.data and field not in _MARKS)

    def add_run(self, raw: Mapping[str, Any]) -> None:
        """Notes the record of a batch run."""
        self.documents["batch run"] += 1
        if raw["status"] != "published":
            self.seen.withheld.add(str(raw["batch_run_id"]))
        elif isinstance(raw.get("documents"), Mapping):
            self.seen.recorded[str(raw["batch_run_id"])] = raw["documents"]

    def add_rejected(self, place: str, reason: Rejected | str) -> None:
        """Notes something that is no document at all."""
        self._note(self.unreadable, str(reason), place)

    def as_dict(self) -> dict[str, Any]:
        """The report: counts and findings, frequent first, and advice."""
        return {
            "documents": dict(self.documents.most_common()),
            "dialects": self._found_dialects(),
            "absent": {
                name: {field: number for field, number in fields.most_common() if number}
                for name, fields in self.absent.items()
            },
            "odd": self._listed(self.odd),
            "unreadable": self._listed(self.unreadable),
            "advice": list(advice_on(self.seen)),
        }

    def _read(
        self, raw: Mapping[str, Any], kind: str, dropped: list[Dropped]
    ) -> BatchDocument | SpeedDocument | Heartbeat:
        if kind == BATCH_KIND:
            return self._contract.read_batch(raw, dropped)
        if is_heartbeat(raw):
            return self._contract.read_heartbeat(raw)
        return self._contract.read_speed(raw, dropped)

    @staticmethod
    def _fields_of(found: BatchDocument | SpeedDocument) -> tuple[str, Iterable[str]]:
        if isinstance(found, BatchDocument):
            return f"batch {found.view_type}", VIEWS[found.view_type]
        return f"speed {found.data_type}", SPEED_TYPES[found.data_type]

    def _found_dialects(self) -> list[dict[str, Any]]:
        return [
            {"dialect": dialect.name, "documents": self.dialects[dialect.name], "instead": dialect.instead}
            for dialect in DIALECTS
            if self.dialects[dialect.name]
        ]

    def _note(self, counter: Counter[str], what: str, place: str) -> None:
        counter[what] += 1
        if len(self.places[what]) < self._most:
            self.places[what].append(place)

    def _listed(self, counter: Counter[str]) -> list[dict[str, Any]]:
        return [
            {"what": what, "documents": number, "examples": self.places[what]} for what, number in counter.most_common()
        ]
