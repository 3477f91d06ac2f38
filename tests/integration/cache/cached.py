"""A cache over a real Redis, with a clock that a test moves and a maker that counts its calls."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Executor, Future
from typing import Any, TypeVar

import orjson
from redis import Redis

from merger.cache.answer_cache import AnswerCache
from merger.cache.entry import Entry
from merger.cache.generations import (
    ALL_GENERATION,
    BATCH_GENERATION,
    of_changed_movie,
    of_changed_type,
    of_movie,
    of_view,
)
from merger.cache.outcomes import Outcome
from merger.cache.redis_tier import RedisTier
from merger.cache.terms import CacheRequest, CacheRules
from merger.errors import NotFound
from merger.stores.redis.link import RedisLink

T = TypeVar("T")

SECRET = b"a secret of tests"
EPOCH = 1_800_000_000.0
TTL = 300
NAMES = frozenset({"MISS", "HIT", "STALE"})


class CountingLink(RedisLink):
    """Counts the round trips that were tried."""

    def __init__(self, connection: Callable[[], Redis], retry_seconds: float = 0.05) -> None:
        super().__init__(connection, retry_seconds)
        self.asked = 0

    def ask(self, operation: Callable[[Redis], T]) -> T:
        self.asked += 1
        return super().ask(operation)


class AtOnce(Executor):
    """An executor that runs submitted work when a test says so, in the test's thread."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], Any]] = []

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        self.waiting.append(lambda: fn(*args, **kwargs))
        return Future()

    def run(self) -> int:
        """Runs all submitted work; returns how much it was."""
        todo, self.waiting = self.waiting, []
        for work in todo:
            work()
        return len(todo)


class Cached:
    """One process's cache, with its clock and its maker.

    Args:
        redis: client of the Redis that is shared.
        world: another one, whose time and data this one shares, as two processes of a service do.
        namespace: of the service.
        secret: of the service.
        rules: how long things are held.
        link: the way to Redis.
    """

    def __init__(
        self,
        redis: Redis,
        world: Cached | None = None,
        *,
        namespace: str = "tests:",
        secret: bytes = SECRET,
        rules: CacheRules | None = None,
        link: RedisLink | None = None,
        retry_seconds: float = 0.05,
    ) -> None:
        self._world = world or self
        self.moment = 0.0
        self.value = 0
        self.padding = ""
        self.makes = 0
        self.ttl, self.cost = TTL, 0.0
        self.error: Exception | None = None
        self.while_making: Callable[[], object] = lambda: None
        self.value_of: Callable[[CacheRequest], int] = self._same_value
        self.namespace = namespace
        self.link = link or CountingLink(lambda: redis, retry_seconds)
        self.redis_tier = RedisTier(self.link, namespace)
        self.background = AtOnce()
        self.cache = AnswerCache(
            self.redis_tier,
            secret,
            clock=lambda: EPOCH + self._world.moment,
            monotonic=lambda: 1000 + self._world.moment,
            rules=rules or CacheRules(),
        )
        self.cache._refreshes._pool = self.background  # type: ignore[assignment]  # any executor would do

    def _same_value(self, request: CacheRequest) -> int:
        return self.value

    @property
    def now(self) -> float:
        return EPOCH + self._world.moment

    def take_asked(self) -> int:
        """Round trips to Redis since this was read last."""
        assert isinstance(self.link, CountingLink)
        asked, self.link.asked = self.link.asked, 0
        return asked

    def make(self, request: CacheRequest) -> Callable[[tuple[str, ...]], Entry]:
        def made(generations: tuple[str, ...]) -> Entry:
            self.makes += 1
            made, value = self.now, self._world.value_of(request)
            self.while_making()
            if self._world.error is not None:
                raise self._world.error
            content = {"key": request.key, "value": value, "freshness": {"warnings": []}, "padding": self.padding}
            body = orjson.dumps(content)
            return Entry.of(
                request.key, body, made=made, ttl=self._world.ttl, cost=self._world.cost, generations=generations
            )

        return made

    def fetch(self, request: CacheRequest, *, strict: bool = False) -> tuple[str, int, list[str]]:
        """Serves as the service does; returns state, value and warnings of the answer."""
        held = self.cache.serve_local(request.ident, request.view)
        if held is not None and not (strict and held.state == "STALE"):
            entry, state = held.entry, held.state
        else:
            entry, state = self.cache.fetch(request, self.make(request), strict=strict)
        content = orjson.loads(entry.body)
        assert state in NAMES
        assert content["key"] == request.key, "another request's answer"
        return state, content["value"], content["freshness"]["warnings"]

    def state(self, request: CacheRequest, *, strict: bool = False) -> str:
        return self.fetch(request, strict=strict)[0]

    def count(self, outcome: Outcome) -> int:
        return sum(number for (_, what), number in self.cache.counts.all().items() if what is outcome)

    def after(self, seconds: float) -> Cached:
        """Moves the clock; returns itself."""
        self._world.moment += seconds
        return self

    def stored(self, request: CacheRequest) -> str:
        """The key in Redis."""
        return self.namespace + request.key


def about(movie_id: int = 1, view: str = "movies.details") -> CacheRequest:
    """A request about a movie."""
    names = (ALL_GENERATION, of_view(view), BATCH_GENERATION, of_movie(movie_id), of_changed_movie(movie_id))
    ident: Hashable = (view, movie_id)
    return CacheRequest(ident, view, f"{view}:{movie_id}", names)


def ranking(data_type: str = "trending", view: str = "trending.movies") -> CacheRequest:
    """A request about all movies."""
    return CacheRequest(
        view, view, f"{view}:all", (ALL_GENERATION, of_view(view), BATCH_GENERATION, of_changed_type(data_type))
    )


def absent(movie_id: int = 1) -> NotFound:
    return NotFound("movie", movie_id)


def together(number: int, work: Callable[[], T]) -> list[T | Exception]:
    """Runs the same work in many threads that start at once; returns what each returned or raised."""
    results: list[T | Exception] = []
    start = threading.Barrier(number)

    def one() -> None:
        start.wait()
        try:
            results.append(work())
        except Exception as error:  # noqa: BLE001 - handed to the test
            results.append(error)

    threads = [threading.Thread(target=one) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == number
    return results
