"""``python -m tests.contract``: attacks a real server by its own description; exits with 1 when it found something."""

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

from benchmarks.harness.servers import started
from benchmarks.harness.service import FAILURES, access_token, api_key, environment, make_user, ours, prepare
from benchmarks.harness.stores import stores
from lambdaserve.server.embedded_stores import StoreDidNotStart
from tests.contract.attack import Effort, Found, attacked

WORKERS = 2
SETTINGS = {
    "SAMPLE_SCALE": "0.02",
    # Of thousands of log-ins nearly all would be answered alike.
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
    """Somebody who attacks.

    Attributes:
        name: for people.
        is_open: whether everybody may read there.
        headers: sent with every request; given the server's address.
        share: of the time.
    """

    name: str
    is_open: bool
    headers: Callable[[str], Mapping[str, str]]
    share: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Attacks, prints; returns the exit code."""
    options = _parser().parse_args(arguments)
    _say(f"Seed {options.seed}; the same again: make attack ARGS='--seed {options.seed}'")
    began = time.monotonic()
    try:
        with _world() as (variables, key):
            known = _known(variables)
            found = [_attack(attacker, variables, known, options) for attacker in _attackers(key)]
    except (*FAILURES, StoreDidNotStart) as error:
        _say(f"The attack was given up: {error}")
        return 1
    requests_sent, failures = sum(each.requests for each in found), sum(len(each.failures) for each in found)
    _say(f"{requests_sent:,} requests in {time.monotonic() - began:.0f} s, {failures} failures")
    return 1 if failures else 0


def _attackers(key: str) -> list[Attacker]:
    return [
        Attacker("anybody, where everybody may read", True, _nothing, 0.3),
        Attacker("a key of scopes read and explain, where reading needs one", False, lambda _: {"X-API-Key": key}, 0.3),
        Attacker("a superuser's access token, where reading needs one", False, _logged_in, 0.2),
        Attacker("anybody, where reading needs a key", False, _nothing, 0.2),
    ]


def _nothing(_: str) -> Mapping[str, str]:
    return {}


def _logged_in(base: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {access_token(base, USER, PASSWORD)}"}


@contextmanager
def _world() -> Iterator[tuple[dict[str, str], str]]:
    """Filled stores as a server's environment names them, and a key of scopes read and explain."""
    with tempfile.TemporaryDirectory(prefix="lambdaserve-attack-") as name, stores(Path(name)) as found:
        variables = environment(Path(name), found.mongo, found.redis(0), SETTINGS)
        prepare(variables, "--sample")
        make_user(variables, USER, PASSWORD)
        yield variables, api_key(variables, ("read", "explain"))


def _is_ready(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/api/v1/health/ready", timeout=10).ok
    except requests.ConnectionError:
        return False


def _attack(attacker: Attacker, variables: Mapping[str, str], known: Known, options: argparse.Namespace) -> Found:
    """By one attacker, of a server of its own."""
    _say(f"\n{attacker.name}")
    effort = Effort(options.seed, EXAMPLES, known, int(attacker.share * options.seconds))
    with _serving(variables, is_open=attacker.is_open) as base:
        config = effort.config(attacker.headers(base))
        found = attacked(schemathesis.openapi.from_url(f"{base}/api/schema/", config=config), _say)
    statuses = sum(found.statuses.values(), start=Counter[int]())
    _say("  statuses: " + ", ".join(f"{status} {number:,}" for status, number in sorted(statuses.items())))
    for kind, told in found.failures.items():
        _say(f"  FAILED  {', '.join(kind)}: {told}")
    return found


@contextmanager
def _serving(variables: Mapping[str, str], *, is_open: bool) -> Iterator[str]:
    """Address of a server where everybody may read, or nobody without a key."""
    settings = {**variables, "ANONYMOUS_READ": str(int(is_open))}
    start = replace(ours(Path(variables["DATA_DIR"]), settings, WORKERS), is_ready=_is_ready)
    with started(start) as server:
        yield f"http://{server.host}:{server.port}"


def _known(variables: Mapping[str, str]) -> Known:
    """What there is, as the service itself says."""
    with _serving(variables, is_open=True) as base:

        def told(path: str) -> Any:
            return requests.get(f"{base}/api/v1/{path}", timeout=10).json()

        movies = [movie["movie_id"] for movie in told("search/movies?sort_by=popularity&limit=5")["results"]]
        names = [name for movie in movies for name in told(f"movies/{movie}").get("cast") or ()]
        genres = [genre["genre"] for genre in told("search/genres")["genres"]]
    return {"movie_id": movies, "genre": genres[:5], "name": names[:5]}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.contract",
        description="Starts servers and embedded stores of its own and sends them whatever their description allows "
        "and much that it does not: with and without a key, where everybody may read and where not. No answer may "
        "be other than described.",
    )
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32), help="what is drawn; by default random")
    parser.add_argument("--seconds", type=int, default=SECONDS, help=f"how long it goes on, about ({SECONDS})")
    return parser


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    # A supervisor's stop is as clean as a person's: everything that was started ends.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
