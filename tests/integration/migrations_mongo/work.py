"""The tools of a migration, with a record of what it reported."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pymongo.database import Database

from merger.contract.documents import Aliases
from merger.migrations_mongo.migration import Work

Stored = Database[dict[str, Any]]


@dataclass
class Reports:
    """A migration's reports: totals, finished documents, sentences, and how often it checked the lock."""

    totals: list[int] = field(default_factory=list)
    done: list[int] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    checks: int = 0

    def check_lock(self) -> None:
        self.checks += 1

    def work(self, database: Stored, validation: str = "warn") -> Work:
        return Work(
            database,
            Aliases(),
            validation,
            self.check_lock,
            self.totals.append,
            self.done.append,
            self.sentences.append,
        )
