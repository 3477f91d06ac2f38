"""`manage.py watch_changes`, in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.utils import timezone
from redis import Redis

from tests.commands.sample import ROOT, Stored


@pytest.fixture
def watching(indexed_database: Stored, redis_client: Redis) -> Iterator[subprocess.Popen[str]]:
    """The command, as soon as it is the leader."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "watch_changes"],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.endswith("invalidated all\n"):
            break
    yield process
    process.kill()
    process.communicate()


def test_a_change_is_shown_and_sigterm_ends_the_command(
    watching: subprocess.Popen[str], indexed_database: Stored
) -> None:
    document = {"movie_id": 603, "view_type": "movie_details", "data": {"title": "M"}, "computed_at": timezone.now()}
    indexed_database.batch_views.insert_one(document)
    assert watching.stdout is not None
    assert watching.stdout.readline().endswith("invalidated batch\n")
    watching.send_signal(signal.SIGTERM)
    out, err = watching.communicate(timeout=15)
    assert watching.returncode == 0
    assert out.endswith("stopped\n")
    assert "Traceback" not in err
