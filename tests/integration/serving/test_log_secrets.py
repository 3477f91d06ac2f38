"""Nothing secret is in the logs of a real server, while all is well and while Redis is away (O2)."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from pymongo.database import Database
from redis import Redis

from lambdaserve.server.embedded_stores import LOOPBACK, free_port
from merger import configuration
from tests.integration.layers.test_watcher import fill
from tests.integration.serving.test_serve import served

pytestmark = pytest.mark.slow

SECRET = "hunter2-hunter2"
KEY = f"ls0123456789.{SECRET}"
SECRET_KEY = f"{SECRET}-of-signing-which-is-long-enough-0123456789"


def ask(url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> int:
    request = urllib.request.Request(url, data=body, headers=dict(headers or {}))
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def ask_everything(url: str) -> list[int]:
    """Every way in which a caller may send a secret."""
    api, token = f"{url}/api/v1/movies/1", f"{url}/api/v1/auth/token"
    log_in = {"username": "me", "password": SECRET}
    json_ = {"Content-Type": "application/json"}
    return [
        ask(api, {"X-API-Key": KEY}),
        ask(api, {"Authorization": f"Bearer {SECRET}"}),
        ask(api, {"Cookie": f"sessionid={SECRET}; csrftoken={SECRET}"}),
        ask(f"{api}?api_key={SECRET}&access_token={SECRET}"),
        ask(f"{url}/metrics", {"Authorization": f"Api-Key {KEY}"}),
        ask(f"{url}/admin/login/", {"Cookie": f"csrftoken={SECRET}"}, urllib.parse.urlencode(log_in).encode()),
        ask(token, json_, json.dumps(log_in).encode()),
        ask(token, json_, f'{{"password": "{SECRET}'.encode()),
        ask(token, json_, json.dumps({"username": [SECRET], "password": {SECRET: SECRET}}).encode()),
        *(
            ask(f"{token}/{what}", json_, json.dumps({"refresh": f"{SECRET}.a.b"}).encode())
            for what in ("refresh", "revoke")
        ),
        ask(f"{token}/verify", json_, json.dumps({"token": f"{SECRET}.a.b"}).encode()),
        ask(f"{url}/api/v1/health"),
    ]


@pytest.mark.parametrize("redis", ["answers", "is away"])
def test_no_secret_is_logged(
    indexed_database: Database[dict[str, Any]], redis_client: Redis, tmp_path: Path, redis: str
) -> None:
    fill(indexed_database, configuration.utc_now())
    variables = {
        "MONGODB_URI": settings.MONGODB_URI,
        "MONGODB_DATABASE": indexed_database.name,
        "REDIS_URL": settings.REDIS_URL,
        "LOAD_SAMPLE": "never",
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
        statuses = ask_everything(copy.url)
    assert {200, 400, 401} <= set(statuses)
    logged = copy.output.read_text()
    assert SECRET not in logged
    requests = [json.loads(line) for line in logged.splitlines() if '"event":"request"' in line]
    assert len([line for line in requests if line["path"].startswith(("/api/v1/movies", "/admin", "/metrics"))]) >= 6
    assert "***" in logged
