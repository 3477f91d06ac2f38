"""Reads files of documents of either collection, judges them, and keeps them to answer from.

Requirement O3.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from merger.contract.documents import Contract, Documents
from merger.contract.importing import BATCH_KIND, KINDS, SPEED_KIND, LineReader, Ready, Rejected, is_run_record
from merger.producers.extended_json import parse_extended_json
from merger.producers.files import BadRow, UnreadableFile, files_of, open_views
from merger.producers.report import FileReport, kind_of


@dataclass(slots=True)
class JudgedFiles:
    """Documents of some files.

    Attributes:
        report: what there is to say about them.
        raw: the documents by kind, as ``load_views`` would store them; those that it would reject as they are.
        runs: records of batch runs.
        failures: why files could not be read, or not to their end.
    """

    contract: Contract
    report: FileReport
    raw: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    runs: list[dict[str, Any]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    _newest: dict[tuple[str, str], tuple[int, datetime]] = field(default_factory=dict, repr=False)

    @classmethod
    def read(
        cls, names: Iterable[str], contract: Contract, *, kind: str | None = None, examples: int = 3
    ) -> JudgedFiles:
        """Reads files and folders of files.

        Args:
            names: their paths, ``-`` for standard input.
            contract: reads the documents.
            kind: which collection all documents belong to; ``None``: each document tells.
            examples: most places to keep for each finding.
        """
        found = cls(contract, FileReport(contract, examples))
        readers = {each: LineReader(each, contract, parse_extended_json) for each in KINDS}
        for name in names:
            try:
                parts = files_of(name)
            except UnreadableFile as error:
                found.failures.append(str(error))
                continue
            for part in parts:
                found._add_file(part, kind, readers)
        return found

    def documents(self) -> Documents:
        """What the contract makes of them."""
        return self.contract.read(self.raw[BATCH_KIND], self.raw[SPEED_KIND])

    def _add_file(self, name: str, kind: str | None, readers: dict[str, LineReader]) -> None:
        try:
            with open_views(name) as file:
                for number, item in file.items():
                    self._add(f"{name}:{number}", item, kind, readers)
        except UnreadableFile as error:
            self.failures.append(str(error))

    def _add(self, place: str, item: Any, kind: str | None, readers: dict[str, LineReader]) -> None:
        try:
            raw = readers[BATCH_KIND].parse(item) if isinstance(item, bytes) else item
        except Rejected as reason:
            self.report.add_rejected(place, reason)
            return
        if not isinstance(raw, dict):
            text = raw.reason if isinstance(raw, BadRow) else f"a document is an object, not {type(raw).__name__}"
            self.report.add_rejected(place, text)
            return
        if is_run_record(raw):
            self.report.add_run(raw)
            self.runs.append({"_id": place, **raw})
            return
        kind = kind or kind_of(raw)
        self.report.add(place, raw, kind)
        try:
            self._keep(kind, readers[kind].read_value(raw))
        except Rejected:
            self.raw[kind].append({"_id": place, **raw})

    def _keep(self, kind: str, ready: Ready) -> None:
        """Keeps a document; of those with one ``_id`` the newest, else the last, as ``load_views`` does."""
        kept = self.raw[kind]
        key = (kind, repr(ready.document["_id"]))
        known = self._newest.get(key)
        if known is None:
            self._newest[key] = len(kept), ready.stamp
            kept.append(ready.document)
        elif ready.stamp >= known[1]:
            self._newest[key] = known[0], ready.stamp
            kept[known[0]] = ready.document


def newest_stamp(documents: Documents) -> datetime | None:
    """When the newest of some documents was written, aware UTC; ``None``: none tells it."""
    stamps = [each.computed_at for each in documents.batch]
    stamps += [each.synced_at for each in documents.speed]
    stamps += [each.synced_at for each in documents.heartbeats]
    return max(stamps, default=None)
