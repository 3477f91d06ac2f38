"""The repaired connection of djongo, over a stand-in: djongo itself is tested by ``make test-djongo``."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType

import pytest


class Connection:
    """djongo's connection as far as closing goes: it closes its client and keeps it."""

    def __init__(self) -> None:
        self.client_connection: list[str] | None = []

    def _close(self) -> None:
        if self.client_connection is not None:
            self.client_connection.append("closed")


def test_a_closed_connection_drops_its_client(monkeypatch: pytest.MonkeyPatch) -> None:
    base = ModuleType("djongo.base")
    base.DatabaseWrapper = Connection  # type: ignore[attr-defined]  # a module made for this test
    monkeypatch.setitem(sys.modules, "djongo", ModuleType("djongo"))
    monkeypatch.setitem(sys.modules, "djongo.base", base)
    monkeypatch.delitem(sys.modules, "lambdaserve.staff.djongoengine.base", raising=False)
    module = import_module("lambdaserve.staff.djongoengine.base")
    monkeypatch.delitem(sys.modules, "lambdaserve.staff.djongoengine.base")
    connection = module.DatabaseWrapper()
    client = connection.client_connection
    connection._close()
    assert client == ["closed"]
    assert connection.client_connection is None
