"""Encoding of the meters, and labels that callers can't multiply."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from prometheus_client import CollectorRegistry

from lambdaserve.config.local_data import METERS
from lambdaserve.ops.metrics import endpoint
from merger import wiring
from tests.scraped import Scraped


@pytest.fixture(autouse=True)
def only_own_meters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(METERS, raising=False)
    monkeypatch.setattr(wiring, "worker_meters", lambda: SimpleNamespace(run=lambda: None))
    monkeypatch.setattr(endpoint, "state_collector", CollectorRegistry)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("application/openmetrics-text;version=1.0.0", "application/openmetrics-text"),
        ("text/plain;version=x.y", "text/plain"),
        ("", "text/plain"),
    ],
)
def test_encoding_follows_accept_and_falls_back_to_text(accept: str, media_type: str) -> None:
    assert endpoint.encode_metrics(accept)[1].partition(";")[0] == media_type


def test_unknown_methods_share_one_label() -> None:
    route = "only-in-this-test"
    for method in ("GET", "BREW", "get", "\u00fc"):
        endpoint.observe_request(method, route, 418, 0.001)
    body, _ = endpoint.encode_metrics("")
    found = Scraped(body.decode())
    assert found.sum("http_request_duration_seconds_count", route=route, method="GET") == 1
    assert found.sum("http_request_duration_seconds_count", route=route, method="OTHER") == 3
