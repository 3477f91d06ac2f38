"""The process has one MongoDB client, which gives up in time, and decodes whatever a producer wrote."""

from __future__ import annotations

import pytest
from django.conf import settings
from pymongo import _csot

from merger.stores.mongo.client import causal_clock, client, database, slow_queries, time_limit

pytestmark = pytest.mark.usefixtures("mongo_uri")


def test_process_shares_one_client_clock_and_listener() -> None:
    assert client() is client()
    assert causal_clock() is causal_clock()
    assert slow_queries() is slow_queries()
    assert database().client is client()


def test_client_gives_up_within_the_timeout_of_the_settings() -> None:
    options = client().options
    assert options.server_selection_timeout == settings.MONGODB_TIMEOUT
    assert not options.retry_reads


def test_database_decodes_aware_dates_and_replaces_broken_text() -> None:
    options = database().codec_options
    assert options.tz_aware
    assert options.unicode_decode_error_handler == "replace"


def test_time_limit_covers_all_calls_inside_and_a_shorter_one_wins() -> None:
    with time_limit(5.0):
        assert _csot.remaining() == pytest.approx(5.0, abs=0.5)
        with time_limit(1.0):
            assert _csot.remaining() == pytest.approx(1.0, abs=0.5)
        assert _csot.remaining() == pytest.approx(5.0, abs=0.5)
    assert _csot.get_timeout() is None
