"""`manage.py serve --streams` runs beside a copy of the same directory and variables, and serves that copy's pages."""

from __future__ import annotations

import re
import urllib.request
from pathlib import Path

import pytest

from lambdaserve.server.embedded_stores import LOOPBACK, free_port
from tests.integration.serving.test_serve import served

pytestmark = pytest.mark.slow


def test_streams_are_served_beside_the_copy_whose_pages_they_keep_current(tmp_path: Path) -> None:
    shared = {"LIVE_URL": "/live/", "LIVE_BIND": f"{LOOPBACK}:{free_port()}"}
    with served(tmp_path / "copy", **shared) as copy:
        copy.wait_until_it_serves()
        page = urllib.request.urlopen(f"{copy.url}/trending/", timeout=30).read().decode()
        found = re.search(r'sse-connect="/live/([^"]+)"', page)
        assert found, page
        same = {**shared, "DATA_DIR": str(tmp_path / "copy"), "BIND": copy.url.removeprefix("http://")}
        with served(tmp_path / "streams", "--streams", **same) as streams:
            streams.wait_until_it_serves()
            with urllib.request.urlopen(f"http://{shared['LIVE_BIND']}/{found[1]}", timeout=30) as stream:
                assert b"event: fragment" in b"".join(stream.readline() for _ in range(3))
            with served(tmp_path / "more", "--streams", **same) as second:
                assert second.process.wait(timeout=30) == 1
                assert "another copy is running" in second.said()
            assert streams.interrupt() == 0
        assert copy.interrupt() == 0
