"""Tokens over the workers of a real server: a refresh or log-out at one worker counts at all.

Requirement S2.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.integration.serving.test_serve import Served, served

pytestmark = pytest.mark.slow

CONCURRENT_REFRESHES = 8
ADDRESS = "/api/v1/health"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of two workers, which answers no anonymous callers."""
    with served(tmp_path_factory.mktemp("tokens"), WORKERS="2", ANONYMOUS_READ="0", LOGIN_LIMIT_ADDRESS="30") as copy:
        copy.wait_until_it_serves()
        yield copy


def post(server: Served, what: str, **body: str) -> requests.Response:
    return requests.post(f"{server.url}/api/v1/auth/token{what}", json=body, timeout=10)


def log_in(server: Served) -> dict[str, str]:
    found = re.search(r"(\w+), password (\S+)", server.said())
    assert found is not None
    response = post(server, "", username=found[1], password=found[2])
    assert response.status_code == 200, response.text
    tokens: dict[str, str] = response.json()
    return tokens


def statuses(server: Served, access: str) -> set[int]:
    """Statuses of requests on connections of their own, which reach both workers."""
    headers = {"Authorization": f"Bearer {access}"}
    return {requests.get(server.url + ADDRESS, headers=headers, timeout=10).status_code for _ in range(10)}


def test_many_refreshes_with_one_token_end_the_session_everywhere(server: Served) -> None:
    given = log_in(server)
    assert statuses(server, given["access"]) == {200}
    with ThreadPoolExecutor(CONCURRENT_REFRESHES) as pool:
        running = [pool.submit(post, server, "/refresh", refresh=given["refresh"]) for _ in range(CONCURRENT_REFRESHES)]
        answers = [each.result() for each in running]
    granted = [answer for answer in answers if answer.status_code == 200]
    assert len(granted) <= 1
    assert {answer.status_code for answer in answers} <= {200, 401}
    time.sleep(5)
    assert statuses(server, given["access"]) == {401}
    for answer in granted:
        assert statuses(server, answer.json()["access"]) == {401}


def test_a_log_out_holds_in_every_worker_within_five_seconds(server: Served) -> None:
    given = log_in(server)
    assert statuses(server, given["access"]) == {200}
    assert post(server, "/revoke", refresh=given["refresh"]).status_code == 200
    time.sleep(5)
    assert statuses(server, given["access"]) == {401}


@pytest.mark.parametrize("token", ["é".encode(), b"\xff", b"a.b.c\xc3\xa9"])
def test_a_token_that_is_not_ascii_is_a_wrong_one(server: Served, token: bytes) -> None:
    response = requests.get(server.url + ADDRESS, headers={"Authorization": b"Bearer " + token}, timeout=10)
    assert response.status_code == 401
    assert response.json()["detail"] == "The access token is not valid."


def test_the_workers_count_an_address_s_attempts_together(server: Served) -> None:
    answers = [post(server, "/verify", token="wrong").status_code for _ in range(40)]
    assert answers[-1] == 429
    assert answers.count(401) <= 30
