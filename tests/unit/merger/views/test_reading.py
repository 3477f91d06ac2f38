"""Inputs of a view's ``build``."""

from __future__ import annotations

from datetime import UTC, datetime

from merger.core.boundary import Boundary, Layers
from merger.views.reading import NO_CATALOGUE, ViewInputs


def test_inputs_are_empty_by_default_and_share_one_empty_catalogue() -> None:
    first, second = (ViewInputs(Boundary(datetime(2026, 5, 4, tzinfo=UTC)), Layers()) for _ in range(2))
    assert first.catalogue is second.catalogue is NO_CATALOGUE
    assert not first.documents.batch
    assert not first.documents.speed
    assert not first.hours.tables
    assert not NO_CATALOGUE.knows(1)
