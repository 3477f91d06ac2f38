"""``python -m tests.integration.soak``: exits with 1 when something grew, failed, or went to the wrong caller."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from redis import Redis

from benchmarks.harness.servers import Server, start_server
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
from lambdaserve.server.start_plan import EMBEDDED_TIMEOUT
from tests.integration.faults.figures import Sample
from tests.integration.faults.load import Load
from tests.integration.faults.stage import workers_of
from tests.integration.soak.page import report
from tests.integration.soak.people import PASSWORD, USER, Credentials, People
from tests.integration.soak.verdict import Moment, Tally, broken, failures, labelled_without_bound, unfair
from tests.integration.soak.watch import Held, Stored, port_of

LONG, SHORT = 600.0, 60.0
"""Seconds."""

WORKERS = 2
LIMIT, OF_KEYS = (300, 50), (600, 100)
"""Requests per minute and at once, of everybody and of the greedy keys."""

_CROWD_RATE, _CROWD_SECONDS = 10_000.0, 3.0
"""Requests per second that no worker can keep up with, and how long they come."""

_LOOKS = 100
"""Looks at what is held, in all."""

SETTINGS = {
    "SAMPLE_SCALE": "0.02",
    "RATE_LIMIT": str(LIMIT[0]),
    "RATE_BURST": str(LIMIT[1]),
    "TRUSTED_PROXIES": "127.0.0.1",
    "METRICS_FROM": "127.0.0.1",
    "ANONYMOUS_READ": "1",
    # Far shorter than by default, so that what expires does so within the soak.
    "CACHE_TTL_VOLATILE": "8",
    "CACHE_TTL_STABLE": "12",
    "CACHE_TTL_VERY_STABLE": "20",
    "CACHE_TTL_ABSENT": "10",
    "CACHE_STALE_IF_ERROR": "40",
    "MONGODB_TIMEOUT": str(EMBEDDED_TIMEOUT),
    "JWT_ACCESS_LIFETIME": "1h",  # the greedy user's lasts the soak
    "LOG_LEVEL": "warning",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the soak and prints its report; returns the exit code."""
    options = _parser().parse_args(arguments)
    duration = options.seconds or (SHORT if options.short else LONG)
    try:
        wrong = _soaked(duration)
    except (*FAILURES, StoreDidNotStart) as error:
        _say(f"The soak was given up: {error}")
        return 1
    for rule in wrong:
        _say(f"FAILED  {rule}")
    return 1 if wrong else 0


def _soaked(duration: float) -> list[str]:
    tallies: defaultdict[str, Tally] = defaultdict(Tally)

    def note(sample: Sample) -> None:
        what = f"{sample.path[:200]} {sample.error} {sample.reply.body[:300]!r}"
        tallies[sample.key].note(sample.reply.status, sample.sent, sample.took, what)

    with (
        tempfile.TemporaryDirectory(prefix="lambdaserve-soak-") as name,
        _service(Path(name)) as (server, people, look),
    ):
        _start_every_thread(server.port, people)
        series = [_series(server.port)]
        load = Load(server.port, people.rate, people.next, note)
        _say(f"{duration:.0f} s of {people.rate:.0f} requests/s by {len(people.everybody)} kinds of callers")
        began = load.start()
        moments: list[Moment] = []
        try:
            while (at := time.monotonic() - began) < duration:
                moments.append(look(at))
                _say_progress(moments[-1], tallies, duration) if len(moments) % 10 == 0 else None
                series.append(_series(server.port)) if len(series) == 1 and at > duration / 2 else None
                time.sleep(duration / _LOOKS)
        finally:
            load.stop()
        series.append(_series(server.port))
    for line in report(moments, tallies, people.everybody, series):
        _say(line)
    wrong = [*broken(moments, duration)]
    for person in people.everybody:
        tally = tallies[person.name]
        wrong += failures(person.name, tally)
        if person.limited:
            wrong += unfair(person.name, tally, person.burst, person.per_minute)
    return [*wrong, *labelled_without_bound(series)]


def _start_every_thread(port: int, people: People) -> None:
    """Keeps the workers so busy that they start all their threads: what these hold is there from the first look on."""
    crowd = Load(port, _CROWD_RATE, people.passer_by)
    crowd.start()
    time.sleep(_CROWD_SECONDS)
    crowd.stop()


@contextmanager
def _service(directory: Path) -> Iterator[tuple[Server, People, Any]]:
    """Starts a server over filled stores; also returns its callers and a function that samples its resources."""
    with start_stores(directory) as found:
        variables = environment(directory, found.mongo, found.redis(0), SETTINGS)
        prepare(variables, "--sample")
        create_superuser(variables, USER, PASSWORD)
        keys = [create_api_key(variables, ["read"], *OF_KEYS) for _ in (1, 2)]
        explain = create_api_key(variables, ["read", "explain"])
        with (
            start_server(service_start(directory, variables, WORKERS)) as server,
            Redis.from_url(found.redis(0)) as client,
        ):
            credentials = Credentials(keys, explain, log_in(f"http://127.0.0.1:{server.port}", USER, PASSWORD))
            movies = [each["movie_id"] for each in _json(server.port, "search/movies?limit=50")["results"]]
            ports = port_of(found.mongo), found.redis_port

            def look(at: float) -> Moment:
                workers = {pid: Held.of(pid, *ports) for pid in workers_of(server.child.process.pid)}
                return Moment(at, workers, Stored.of(client, directory / "db.sqlite3"))

            yield server, People(movies, credentials, LIMIT, OF_KEYS), look


def _json(port: int, path: str) -> Any:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/{path}", timeout=30) as answer:
        return json.load(answer)


def _series(port: int) -> int:
    """Counts the series of the metrics."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        return sum(not line.startswith(b"#") for line in answer)


def _say_progress(moment: Moment, tallies: dict[str, Tally], duration: float) -> None:
    sent = sum(tally.statuses.total() for tally in list(tallies.values()))
    memory = ", ".join(f"{held.memory / 2**20:.1f}" for held in moment.workers.values())
    _say(
        f"  {moment.at:4.0f} of {duration:.0f} s: {sent:,} answers, workers {memory} MB, "
        f"{moment.stored.keys:,} keys in Redis"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.integration.soak",
        description="Starts the server with 2 workers and embedded stores of its own, and has it asked, well above the "
        "limits, by clients of every kind: with keys, wrong ones, new ones, hostile ones. Nothing may grow, fail, or "
        "be given to those who are over their limit.",
    )
    parser.add_argument("--short", action="store_true", help=f"{SHORT:.0f} s instead of {LONG:.0f}")
    parser.add_argument("--seconds", type=float, default=0.0, help="another length")
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
