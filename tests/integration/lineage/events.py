"""A real receiver of OpenLineage events, and what it got."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from lambdaserve.server.embedded_stores import LOOPBACK


class Receiver:
    """A real HTTP server that keeps the events that it gets.

    Attributes:
        events: as JSON, in the order in which they came.
        keys: the values of ``Authorization``.
        status: what it answers.
    """

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.paths: list[str] = []
        self.status = 201
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.events.append(json.loads(body))
                receiver.keys.append(self.headers["Authorization"])
                receiver.paths.append(self.path)
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer((LOOPBACK, 0), Handler)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.server.server_port}"

    def states(self) -> list[tuple[str, str]]:
        return [(each["job"]["name"], each["eventType"]) for each in self.events]


def versions(event: dict[str, Any], kind: str) -> list[tuple[str, str, str | None]]:
    return [
        (each["namespace"], each["name"], each["facets"].get("version", {}).get("datasetVersion"))
        for each in event[kind]
    ]
