"""The stream process answers health checks on a socket of its own."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from lambdaserve.server.healthcheck import STREAMS_SOCKET, are_streams_alive
from pages.live.health import answer_health


def test_socket_answers_its_user_alone_and_is_gone_afterwards(tmp_path: Path) -> None:
    path = tmp_path / STREAMS_SOCKET
    path.touch()  # left by a process that was killed

    async def play() -> None:
        async with answer_health(path, lambda: {"streams": 5}):
            assert path.stat().st_mode & 0o777 == 0o600
            assert await asyncio.to_thread(are_streams_alive, tmp_path)
            reader, writer = await asyncio.open_unix_connection(path)
            writer.write(b"GET / HTTP/1.1\r\n\r\n")
            assert (await reader.read()).endswith(b'{"status": "alive", "streams": 5}')
            writer.close()

    asyncio.run(play())
    assert not path.exists()
    assert not are_streams_alive(tmp_path)


def test_streams_start_without_a_socket_too(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def play(path: Path | None) -> None:
        async with answer_health(path, dict):
            pass

    asyncio.run(play(None))
    assert caplog.records == []
    asyncio.run(play(tmp_path / ("x" * 200)))
    assert "no health checks" in caplog.text
