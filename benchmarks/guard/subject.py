"""Measures the CPU time of requests in this process, in turn with a floor; prints the ratios as JSON.

``python -m benchmarks.guard.subject`` runs in the environment of a prepared service. It calls the WSGI application
without a server and without the background thread, so that the process's time is the requests' own. Each kind of
request has a floor: a view as Django REST framework ships it, without middleware, and for the kinds that read a store
the same number of round trips with the drivers alone. Short blocks of both alternate, so disturbances
of the machine affect both.
"""

from __future__ import annotations

import gc
import io
import itertools
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Environ = dict[str, Any]
Call = Callable[[Environ], str]
"""Answers one request; returns the status line."""

HOT, NOT_MODIFIED, WARM, COLD = KINDS = "hot", "304", "warm", "cold"

_CONTENT: Final = {"title": "A title", "genres": ["Drama", "War"], "runtime": 139, "vote_average": 8.4}

HOT_KEYS: Final = 4
WARM_KEYS: Final = 50
COLD_MOVIES: Final = 6


_NO_BODY = io.BytesIO()


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of request and its floor.

    Attributes:
        name: one of ``KINDS``.
        expected: beginning of every answer's status line and cache state, as ``200 HIT``.
        requests: one block of them; every block is the same, so that blocks differ by noise alone.
        prepare: called before each block of requests, unmeasured.
        floor: the least that such a request costs.
        rounds: pairs of blocks.
    """

    name: str
    expected: str
    requests: Sequence[Environ]
    prepare: Callable[[], None]
    floor: Call
    rounds: int


def main() -> int:
    """Prints ``{kind: ratio}``."""
    key, movies = os.environ["GUARD_KEY"], [int(each) for each in os.environ["GUARD_MOVIES"].split(",")]
    service = Subject(key)
    found = {kind.name: measure(kind, service.call) for kind in kinds(service, movies)}
    json.dump(found, sys.stdout)
    return 0


class Subject:
    """The service in this process.

    Args:
        key: an API key that is never refused.
    """

    def __init__(self, key: str) -> None:
        os.environ["DJANGO_SETTINGS_MODULE"] = "lambdaserve.settings"
        import django

        django.setup(set_prefix=False)
        from django.core.handlers.wsgi import WSGIHandler

        from merger.wiring import service

        service().warm_up()
        self._key, self._application, self._cache = key, WSGIHandler(), service().cache
        gc.collect()
        gc.freeze()

    def request(self, path: str, **headers: str) -> Environ:
        """Builds the WSGI environment of a GET, as the server does."""
        name, _, query = path.partition("?")
        return {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": name,
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "127.0.0.1:8000",
            "HTTP_ACCEPT": "*/*",
            "HTTP_X_API_KEY": self._key,
            "wsgi.url_scheme": "http",
            "wsgi.input": _NO_BODY,
            "wsgi.errors": sys.stderr,
            **headers,
        }

    def call(self, environ: Environ) -> str:
        """Answers a request; returns status and cache state."""
        return respond(self._application, environ)

    def headers(self, environ: Environ) -> Mapping[str, str]:
        """Answers a request; returns the response's headers."""
        found: dict[str, str] = {}
        respond(self._application, dict(environ), found)
        return found

    def empty_local_tier(self) -> None:
        """Empties this process's local tier; Redis keeps its entries."""
        self._cache.local_tier.clear()


def kinds(service: Subject, movies: list[int]) -> Iterator[Kind]:
    """Yields every kind of request, in the order of measurement."""
    details = [service.request(f"/api/v1/movies/{movie}") for movie in movies]
    hot = details[:HOT_KEYS]
    for environ in hot:
        service.call(dict(environ))
    tagged = [{**environ, "HTTP_IF_NONE_MATCH": service.headers(environ)["ETag"]} for environ in hot]
    bare = Floor()
    yield Kind(HOT, "200 HIT", hot * 15, _nothing, bare.constant, 100)
    yield Kind(NOT_MODIFIED, "304 ", tagged * 15, _nothing, bare.constant, 100)
    warm = details[:WARM_KEYS]
    for environ in warm:
        service.call(dict(environ))
    yield Kind(WARM, "200 HIT", warm, service.empty_local_tier, bare.one_read, 80)
    cold = [service.request(path) for movie in movies[:COLD_MOVIES] for path in questions(movie)]

    def empty_cache() -> None:
        # Generations stay: without them the catalogue would be loaded again, in the background, at any moment.
        keys = [key for key in bare.redis.scan_iter(count=1000) if b"movies." in key and b"g:" not in key]
        bare.redis.delete(*keys)
        service.empty_local_tier()

    yield Kind(COLD, "200 MISS", cold, empty_cache, bare.two_finds(movies[:COLD_MOVIES]), 40)


def questions(movie: int) -> Iterable[str]:
    """Yields the paths of one movie's answers."""
    yield f"/api/v1/movies/{movie}"
    yield f"/api/v1/movies/{movie}/stats"
    yield from (f"/api/v1/movies/{movie}/sentiment?window={window}" for window in ("all", "7d", "30d"))


class Floor:
    """A plain view without middleware, and plain clients of the stores; none of it is the service's code."""

    def __init__(self) -> None:
        import redis
        from django.core.handlers.base import BaseHandler
        from django.core.handlers.wsgi import WSGIRequest
        from django.http import HttpRequest
        from pymongo import MongoClient
        from rest_framework.negotiation import DefaultContentNegotiation
        from rest_framework.renderers import JSONRenderer
        from rest_framework.response import Response
        from rest_framework.views import APIView

        client: MongoClient[dict[str, Any]] = MongoClient(os.environ["MONGODB_URI"])
        self._collections = [client["moviedb"][name] for name in ("batch_views", "speed_views")]
        self.redis = redis.Redis.from_url(os.environ["REDIS_URL"])

        class View(APIView):
            renderer_classes = (JSONRenderer,)
            authentication_classes = ()
            permission_classes = ()
            throttle_classes = ()
            content_negotiation_class = DefaultContentNegotiation

            def get(self, request: Any) -> Response:
                return Response(_CONTENT, headers={"X-Cache": "FLOOR"})

        view = View.as_view()

        class Handler(BaseHandler):
            def resolve_request(self, request: HttpRequest) -> Any:
                return view, (), {}

        handler = Handler()
        # What Django's loader of middleware fills; without it the handler is the least that there can be.
        vars(handler).update(_view_middleware=[], _template_response_middleware=[], _exception_middleware=[])
        self._get_response = vars(BaseHandler)["_get_response"].__get__(handler)
        self._request = WSGIRequest

    def constant(self, environ: Environ) -> str:
        """Answers with a constant."""
        return respond(self._application, environ)

    def one_read(self, environ: Environ) -> str:
        """Answers after one round trip to Redis."""
        self.redis.get("guard")
        return respond(self._application, environ)

    def two_finds(self, movies: list[int]) -> Call:
        """Answers after one find in each collection, encoding what was found."""
        import orjson

        turn = itertools.cycle(movies)

        def call(environ: Environ) -> str:
            wanted = {"movie_id": next(turn)}
            found = [list(collection.find(wanted)) for collection in self._collections]
            orjson.dumps(found, default=str)
            return respond(self._application, environ)

        return call

    def _application(self, environ: Environ, start_response: Callable[..., Any]) -> Any:
        response = self._get_response(self._request(environ))
        start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
        return response.render()


def respond(application: Callable[..., Any], environ: Environ, into: dict[str, str] | None = None) -> str:
    """Calls a WSGI application and reads the whole body; returns status and cache state.

    Args:
        application: WSGI.
        environ: the request; it is used up.
        into: receives the answer's headers.
    """
    begun: list[str] = []

    def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
        if into is not None:
            into.update(headers)
        state = next((value for name, value in headers if name == "X-Cache"), "")
        begun.append(f"{status[:3]} {state}")

    body = application(environ, start_response)
    for _ in body:
        pass
    body.close()
    return begun[0]


def measure(kind: Kind, call: Call) -> float:
    """Measures a request in units of its floor, both by the fastest fifth of the blocks, since noise only adds.

    Raises:
        SystemExit: an answer is not of this kind, so that its cost would say nothing.
    """
    floors, costs = [], []
    for _ in range(kind.rounds):
        floors.append(_time(kind, kind.floor, "200 FLOOR"))
        kind.prepare()
        costs.append(_time(kind, call, kind.expected))
    return _fastest(costs) / _fastest(floors)


def _fastest(blocks: list[int]) -> float:
    return statistics.fmean(sorted(blocks)[: len(blocks) // 5])


def _time(kind: Kind, call: Call, expected: str) -> int:
    requests = [dict(environ) for environ in kind.requests]
    gc.collect()
    began = time.process_time_ns()
    answers = [call(environ) for environ in requests]
    took = time.process_time_ns() - began
    if wrong := [answer for answer in answers if not answer.startswith(expected)]:
        sys.exit(f"{kind.name}: {len(wrong)} of {len(answers)} answers were not {expected!r} but {set(wrong)}")
    return took


def _nothing() -> None:
    """Prepares nothing."""


if __name__ == "__main__":
    sys.exit(main())
