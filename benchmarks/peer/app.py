"""The peer: the same service as a good team would write it with FastAPI, over the same stores.

uvicorn with uvloop and httptools, pymongo's asynchronous client, redis.asyncio with hiredis, orjson. Encoded answers
are kept in Redis; there is no tier in the process, as such services have none. In ``guarded`` mode every request needs
an API key and a token of its bucket; in ``plain`` mode neither. Start it with
``uvicorn --factory benchmarks.peer.app:create_app``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Path, Query, Response
from pymongo import AsyncMongoClient
from redis.asyncio import Redis

from benchmarks.peer import analytics as peer_analytics
from benchmarks.peer import movies as peer_movies
from benchmarks.peer import rankings as peer_rankings
from benchmarks.peer import series as peer_series
from benchmarks.peer.cache import AnswerCache, ApiKeys
from benchmarks.peer.data import Data
from benchmarks.peer.serving import STABLE, VERY_STABLE, VOLATILE, Serving, Settings, serving, span
from merger.core.windows import Granularity, Span

router = APIRouter(prefix="/api/v1")


def create_app(settings: Settings | None = None, clock: Callable[[], datetime] | None = None) -> FastAPI:
    """Creates the application.

    Args:
        settings: by default from the environment.
        clock: aware UTC; the real time by default.
    """
    chosen = settings or Settings.from_environment()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        mongo: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(chosen.mongodb_uri, tz_aware=True)
        redis = Redis.from_url(chosen.redis_url)
        database = mongo[chosen.mongodb_database]
        app.state.data = Data(database, clock or _utc_now)
        app.state.keys = ApiKeys(database)
        app.state.cache = AnswerCache(redis, chosen.limit)
        app.state.settings = chosen
        await app.state.cache.start()
        await app.state.data.catalogue()
        yield
        await redis.aclose()
        await mongo.close()

    app = FastAPI(title="peer", lifespan=lifespan)
    app.include_router(router)
    return app


def _utc_now() -> datetime:
    return datetime.now(UTC)


Serve = Annotated[Serving, Depends(serving)]
MovieId = Annotated[int, Path(ge=0, le=10**12)]
Genre = Annotated[str | None, Query(min_length=1, max_length=100)]
Limited = Annotated[int, Query(ge=1, le=100)]
Year = Annotated[int | None, Query(ge=1800, le=2200)]
Rating = Annotated[float | None, Query(ge=0, le=10)]
Sort = Annotated[str, Query(pattern="^(relevance|popularity|rating|release_date|title)$")]


@router.get("/health/live")
async def live() -> dict[str, str]:
    return {"status": "healthy"}


@router.get("/movies/{movie_id}")
async def movie(movie_id: MovieId, serve: Serve) -> Response:
    return await serve(f"movie:{movie_id}", VOLATILE, lambda: peer_movies.details(serve.data, movie_id))


@router.get("/movies/{movie_id}/sentiment")
async def sentiment(
    movie_id: MovieId, serve: Serve, window: str = "all", granularity: Granularity | None = None
) -> Response:
    asked = span(window)
    return await serve(
        f"sentiment:{movie_id}:{asked.label}:{granularity}",
        VOLATILE,
        lambda: peer_movies.sentiment(serve.data, movie_id, asked, granularity),
    )


@router.get("/movies/{movie_id}/stats")
async def stats(movie_id: MovieId, serve: Serve, hours: Annotated[int, Query(ge=1, le=168)] = 48) -> Response:
    return await serve(f"stats:{movie_id}:{hours}", VOLATILE, lambda: peer_movies.stats(serve.data, movie_id, hours))


@router.get("/trending/movies")
async def trending_movies(serve: Serve, window: str = "6h", limit: Limited = 20, genre: Genre = None) -> Response:
    return await _trending(serve, span(window), limit, genre)


@router.get("/trending/genres/{genre:path}")
async def trending_genre(genre: str, serve: Serve, window: str = "6h", limit: Limited = 20) -> Response:
    return await _trending(serve, span(window), limit, genre)


async def _trending(serve: Serving, asked: Span, limit: int, genre: str | None) -> Response:
    return await serve(
        f"trending:{asked.label}:{limit}:{genre and genre.casefold()}",
        VOLATILE,
        lambda: peer_rankings.trending(serve.data, asked, limit, genre),
    )


@router.get("/search/movies")
async def search_movies(
    serve: Serve,
    q: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
    genre: Genre = None,
    year_from: Year = None,
    year_to: Year = None,
    rating_min: Rating = None,
    rating_max: Rating = None,
    sort_by: Sort = "relevance",
    limit: Limited = 20,
    offset: Annotated[int, Query(ge=0, le=10_000)] = 0,
) -> Response:
    wanted = peer_rankings.Search(q, genre, year_from, year_to, rating_min, rating_max, sort_by, limit, offset)
    return await serve(f"search:{wanted!r}", STABLE, lambda: peer_rankings.search(serve.data, wanted))


@router.get("/search/genres")
async def search_genres(serve: Serve, q: Genre = None) -> Response:
    return await serve(f"genres:{q}", VERY_STABLE, lambda: peer_rankings.genres(serve.data, q))


@router.get("/analytics/genre/{genre:path}")
async def genre_statistics(
    genre: str, serve: Serve, year: Year = None, month: Annotated[int | None, Query(ge=1, le=12)] = None
) -> Response:
    key = f"genre:{genre.casefold()}:{year}:{month}"
    return await serve(key, STABLE, lambda: peer_analytics.genre(serve.data, genre, year, month))


@router.get("/analytics/trends")
async def trends(
    serve: Serve,
    metric: Annotated[str, Query(pattern="^(rating|sentiment|popularity)$")],
    window: str = "30d",
    genre: Genre = None,
    movie_id: Annotated[int | None, Query(ge=0, le=10**12)] = None,
    granularity: Granularity = Granularity.DAY,
) -> Response:
    asked = span(window)
    return await serve(
        f"trends:{metric}:{asked.label}:{genre and genre.casefold()}:{movie_id}:{granularity}",
        STABLE,
        lambda: peer_series.trends(serve.data, metric, asked, genre, movie_id, granularity),
    )


@router.get("/analytics/overview")
async def overview(serve: Serve) -> Response:
    return await serve("overview", STABLE, lambda: peer_analytics.overview(serve.data))


@router.get("/analytics/sentiment/comparison")
async def comparison(serve: Serve, genre: Genre = None, year: Year = None) -> Response:
    key = f"comparison:{genre and genre.casefold()}:{year}"
    return await serve(key, STABLE, lambda: peer_analytics.comparison(serve.data, genre, year))


@router.get("/analytics/actors/{name:path}")
async def actor(name: str, serve: Serve) -> Response:
    return await serve(f"actor:{name.casefold()}", VERY_STABLE, lambda: peer_analytics.actor(serve.data, name))
