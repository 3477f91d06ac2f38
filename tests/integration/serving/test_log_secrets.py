"""A real server logs no secret, whether Redis answers or not.

Requirement O2.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pymongo.database import Database
from redis import Redis

from lambdaserve.server.embedded_stores import LOOPBACK, free_port
from merger import configuration
from tests.integration.layers.watched import fill
from tests.integration.serving.test_serve import over_stores, served

pytestmark = pytest.mark.slow

SECRET = "hunter2-hunter2"
KEY = f"ls0123456789.{SECRET}"
SECRET_KEY = f"{SECRET}-of-signing-which-is-long-enough-0123456789"


def send(url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> int:
    request = urllib.request.Request(url, data=body, headers=dict(headers or {}))
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def send_secrets(url: str) -> list[int]:
    """Sends a secret in every way that a client can; returns the statuses."""
    api, token = f"{url}/api/v1/movies/1", f"{url}/api/v1/auth/token"
    log_in = {"username": "me", "password": SECRET}
    as_json = {"Content-Type": "application/json"}
    return [
        send(api, {"X-API-Key": KEY}),
        send(api, {"Authorization": f"Bearer {SECRET}"}),
        send(api, {"Cookie": f"sessionid={SECRET}; csrftoken={SECRET}"}),
        send(f"{api}?api_key={SECRET}&access_token={SECRET}"),
        send(f"{api}?p%61ssword={SECRET};sig={SECRET};jwt={SECRET}&sessionid={SECRET}"),
        send(f"{url}/live/{KEY}?q={KEY}"),
        send(f"{url}/metrics", {"Authorization": f"Api-Key {KEY}"}),
        send(f"{url}/admin/login/", {"Cookie": f"csrftoken={SECRET}"}, urllib.parse.urlencode(log_in).encode()),
        send(token, as_json, json.dumps(log_in).encode()),
        send(token, as_json, f'{{"password": "{SECRET}'.encode()),
        send(token, as_json, json.dumps({"username": [SECRET], "password": {SECRET: SECRET}}).encode()),
        *(
            send(f"{token}/{what}", as_json, json.dumps({"refresh": f"{SECRET}.a.b"}).encode())
            for what in ("refresh", "revoke")
        ),
        send(f"{token}/verify", as_json, json.dumps({"token": f"{SECRET}.a.b"}).encode()),
        send(f"{url}/api/v1/health"),
    ]


@pytest.mark.parametrize("redis", ["answers", "is away"])
def test_no_secret_is_logged(
    indexed_database: Database[dict[str, Any]], redis_client: Redis, tmp_path: Path, redis: str
) -> None:
    fill(indexed_database, configuration.utc_now())
    variables = {
        **over_stores(indexed_database),
        "SECRET_KEY": SECRET_KEY,
        "API_KEY_PEPPER": f"{SECRET}-pepper-which-is-long-enough-0123456789",
        "JWT_SIGNING_KEY": f"{SECRET}-of-tokens-which-is-long-enough-0123456789",
        "LOG_FORMAT": "json",
        "LOG_LEVEL": "debug",
        "MONGODB_TIMEOUT": "0.4",
        "ANONYMOUS_READ": "1",
    }
    if redis == "is away":
        variables["REDIS_URL"] = f"redis://:{SECRET}@{LOOPBACK}:{free_port()}/0"
    with served(tmp_path, **variables) as copy:
        copy.wait_until_it_serves()
        statuses = send_secrets(copy.url)
    assert {200, 400, 401} <= set(statuses)
    logged = copy.output.read_text()
    assert SECRET not in logged
    requests = [json.loads(line) for line in logged.splitlines() if '"event":"request"' in line]
    assert len([line for line in requests if line["path"].startswith(("/api/v1/movies", "/admin", "/metrics"))]) >= 6
    assert "***" in logged
