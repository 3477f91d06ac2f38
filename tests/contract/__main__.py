"""``python -m tests.contract``: attacks a real server by its own description; exits with 1 if it finds a failure."""

from __future__ import annotations

import argparse
import secrets
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import requests
import schemathesis

from benchmarks.harness.servers import start_server
from benchmarks.harness.service import (
    FAILURES,
    create_api_key,
    create_superuser,
    environment,
    log_in,
    prepare,
    service_start,
)
from benchmarks.harness.stores import start_stores
from lambdaserve.server.embedded_stores import StoreDidNotStart
from tests.contract.attack import Effort, Findings, attack

WORKERS = 2
SETTINGS = {
    "SAMPLE_SCALE": "0.02",
    # With limits, nearly all of thousands of login attempts would get the same refusal.
    "LOGIN_LIMIT_ADDRESS": "0",
    "LOGIN_LIMIT_USER": "0",
    "JWT_ACCESS_LIFETIME": "1h",
}
USER, PASSWORD = "attacker", "correct horse battery staple"
EXAMPLES = 100
SECONDS = 240

Known = dict[str, list[str | int]]


@dataclass(frozen=True, slots=True)
class Attacker:
    """A client that attacks a server.

    Attributes:
        name: shown to the user.
        anonymous_read: whether its server may be read without credentials.
        headers: makes the headers of every request from the server's address.
        share: of the total time.
    """

    name: str
    anonymous_read: bool
    headers: Callable[[str], Mapping[str, str]]
    share: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Attacks with every client and prints the findings; returns the exit code."""
    options = _parser().parse_args(arguments)
    _say(f"Seed {options.seed}; repeat with: make attack ARGS='--seed {options.seed}'")
    began = time.monotonic()
    try:
        with _world() as (variables, key):
            known = _known(variables)
            findings = [_attack_as(attacker, variables, known, options) for attacker in _attackers(key)]
    except (*FAILURES, StoreDidNotStart, requests.RequestException) as error:
        _say(f"The attack was aborted: {error}")
        return 1
    requests_sent = sum(each.requests for each in findings)
    failures = sum(len(each.failures) for each in findings)
    _say(f"{requests_sent:,} requests in {time.monotonic() - began:.0f} s, {failures} failures")
    return 1 if failures else 0


def _attackers(key: str) -> list[Attacker]:
    return [
        Attacker("anonymous, with anonymous reading on", True, _no_headers, 0.3),
        Attacker("an API key with scopes read and explain", False, lambda _: {"X-API-Key": key}, 0.3),
        Attacker("a superuser's access token", False, _bearer_headers, 0.2),
        Attacker("anonymous, with anonymous reading off", False, _no_headers, 0.2),
    ]


def _no_headers(_: str) -> Mapping[str, str]:
    return {}


def _bearer_headers(base: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {log_in(base, USER, PASSWORD)}"}


@contextmanager
def _world() -> Iterator[tuple[dict[str, str], str]]:
    """Variables of a server over filled stores, and an API key with scopes read and explain."""
    with tempfile.TemporaryDirectory(prefix="lambdaserve-attack-") as name, start_stores(Path(name)) as found:
        variables = environment(Path(name), found.mongo, found.redis(0), SETTINGS)
        prepare(variables, "--sample")
        create_superuser(variables, USER, PASSWORD)
        yield variables, create_api_key(variables, ("read", "explain"))


def _is_ready(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/api/v1/health/ready", timeout=10).ok
    except requests.ConnectionError:
        return False


def _attack_as(attacker: Attacker, variables: Mapping[str, str], known: Known, options: argparse.Namespace) -> Findings:
    """Attacks a server of its own with one client."""
    _say(f"\n{attacker.name}")
    effort = Effort(options.seed, EXAMPLES, known, int(attacker.share * options.seconds))
    with _serving(variables, anonymous_read=attacker.anonymous_read) as base:
        config = effort.config(attacker.headers(base))
        findings = attack(schemathesis.openapi.from_url(f"{base}/api/schema/", config=config), _say)
    statuses = sum(findings.statuses.values(), start=Counter[int]())
    _say("  statuses: " + ", ".join(f"{status} {number:,}" for status, number in sorted(statuses.items())))
    for kind, text in findings.failures.items():
        _say(f"  FAILED  {', '.join(kind)}: {text}")
    return findings


@contextmanager
def _serving(variables: Mapping[str, str], *, anonymous_read: bool) -> Iterator[str]:
    """Runs a server with anonymous reading on or off; its address."""
    settings = {**variables, "ANONYMOUS_READ": str(int(anonymous_read))}
    start = replace(service_start(Path(variables["DATA_DIR"]), settings, WORKERS), is_ready=_is_ready)
    with start_server(start) as server:
        yield f"http://{server.host}:{server.port}"


def _known(variables: Mapping[str, str]) -> Known:
    """Values of path parameters that have answers, read from the service itself."""
    with _serving(variables, anonymous_read=True) as base:

        def get(path: str) -> Any:
            response = requests.get(f"{base}/api/v1/{path}", timeout=10)
            response.raise_for_status()
            return response.json()

        movies = [movie["movie_id"] for movie in get("search/movies?sort_by=popularity&limit=5")["results"]]
        names = [name for movie in movies for name in get(f"movies/{movie}").get("cast") or ()]
        genres = [genre["genre"] for genre in get("search/genres")["genres"]]
    return {"movie_id": movies, "genre": genres[:5], "name": names[:5]}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.contract",
        description="Starts servers and embedded stores of its own and sends them what their description allows and "
        "much that it does not: with and without a key, with anonymous reading on and off. Every response must match "
        "the description.",
    )
    parser.add_argument(
        "--seed", type=int, default=secrets.randbelow(2**32), help="seed of the random values (default: random)"
    )
    parser.add_argument("--seconds", type=int, default=SECONDS, help=f"approximate duration (default: {SECONDS})")
    return parser


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    # SIGTERM stops as cleanly as Ctrl-C: everything that was started ends.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
