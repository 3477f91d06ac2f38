"""Random worlds and random questions about them, each from a number."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from analytics.actors import Actor
from analytics.catalogue import Comparison
from analytics.genres import GenrePeriod
from merger.core.windows import HOUR, Granularity, floor_hour, parse_span
from movies.search import MovieSearch
from movies.selectors import Movie, MovieSentiment, MovieStats
from recommendations.genres import GenreMovies
from recommendations.likes import SimilarMovies
from tests.unit.oracle.stored import StoredWorld, Told
from tests.unit.oracle.verdicts import series, snapshots
from tests.unit.oracle.worlds.damages import DAMAGES
from tests.unit.oracle.worlds.dialects import DIALECTS, EXCLUSIVE
from tests.unit.oracle.worlds.truth import ACTORS, MOST_EVENTS, MOVIES, Observation, Review, Truth
from tests.unit.oracle.worlds.world import SPEED_TYPES, BatchJob, Damage, Run, SpeedJob, World
from trending.scoring import RankingParameters

Question = Callable[[StoredWorld], Told]
MINUTE = timedelta(minutes=1)
_PAST_MINUTES = 10 * 24 * 60


def random_world(seed: int, dialect: str | None = None, damage: str | None = None) -> World:
    """A world with everything that producers do to us; with a given dialect or kind of damage, surely with that."""
    chance = random.Random(seed)
    truth = random_truth(chance)
    names = [dialect] if dialect else []
    if not dialect and chance.random() < 0.8:
        names = chance.sample(list(DIALECTS), chance.randint(1, 6))
    damages = [_damage(chance, damage) for _ in range(chance.randint(1, 8))] if damage else []
    if not damage and chance.random() < 0.5:
        damages = [_damage(chance, chance.choice(list(DAMAGES))) for _ in range(chance.randint(1, 6))]
    return World(
        truth,
        _batch_job(chance, truth.now),
        _speed_job(chance, truth.now),
        compatible(names),
        chance.choice((1.0, 1.0, 0.5)),
        tuple(damages),
        seed,
    )


def healthy_world(seed: int, *, is_recorded: bool, has_heartbeats: bool) -> World:
    """A world in which nothing is late or lost: a run every night, and a speed job that sees all."""
    chance = random.Random(seed)
    truth = random_truth(chance)
    midnight = truth.now.replace(hour=0, minute=0)
    took = timedelta(minutes=chance.randint(5, 150))
    runs = [Run(midnight - days * 24 * HOUR, took) for days in range(2, -1, -1)]
    runs = [run for run in runs if run.computed_at <= truth.now]
    job = BatchJob(tuple(runs), True, is_recorded)
    return World(truth, job, SpeedJob(has_heartbeats=has_heartbeats), seed=seed)


def random_truth(chance: random.Random) -> Truth:
    now = datetime(2026, 3, 10, tzinfo=UTC) + chance.randint(0, 30 * 24 * 60) * MINUTE
    ages = sorted((_age(chance) for _ in range(chance.randint(0, MOST_EVENTS))), reverse=True)
    reviews = [
        Review(chance.choice(MOVIES), now - age * MINUTE, chance.randint(-100, 100) / 100, 3**place)
        for place, age in enumerate(ages)
    ]
    observed: dict[tuple[datetime, int], datetime] = {}
    for _ in range(chance.randint(0, MOST_EVENTS)):
        at, movie_id = now - min(_age(chance), 7000) * MINUTE, chance.choice(MOVIES)
        observed.setdefault((floor_hour(at), movie_id), at)
    observations = [
        Observation(movie_id, at, 3**place, place + 0.25)
        for place, ((_, movie_id), at) in enumerate(sorted(observed.items(), key=lambda entry: entry[1]))
    ]
    return Truth(now, tuple(reviews), tuple(observations))


def random_questions(seed: int, most_hours: int = 250) -> list[tuple[str, Question]]:
    """One question to each endpoint, with its description.

    Args:
        seed: of the choices.
        most_hours: the longest window in hours. Beyond what the speed layer keeps, a window that cuts a day can't be
            answered.
    """
    chance = random.Random(f"questions {seed}")
    movie, genre = chance.choice((*MOVIES, 4)), chance.choice(("drama", "war"))
    span = parse_span(chance.choice(("all", "all", f"{chance.randint(1, 12)}d", f"{chance.randint(1, most_hours)}h")))
    scope = chance.choice(((None, None), (genre, None), (None, movie)))
    period = chance.choice((GenrePeriod(genre), GenrePeriod(genre, 2025), GenrePeriod(genre, 2025, 7)))
    sentiment = MovieSentiment(movie, span, chance.choice(list(Granularity)))
    stats = MovieStats(movie, chance.randint(1, min(168, most_hours)))
    width = random.Random(f"width {seed}").choice(list(Granularity))
    reviewed = series.trend_parameters("sentiment", span, *scope, granularity=width)
    popular = series.trend_parameters("popularity", span, *scope)
    ranked = RankingParameters(parse_span(f"{chance.randint(1, 72)}h"), 10, chance.choice((None, genre)))
    search, tiers = MovieSearch(genre=chance.choice((None, genre))), Comparison(chance.choice((None, genre)))
    actor = Actor(chance.choice(list(ACTORS)))
    return [
        (f"{sentiment}", lambda stored: series.judge_sentiment(stored, sentiment)),
        (f"{stats}", lambda stored: series.judge_stats(stored, stats)),
        (f"{reviewed}", lambda stored: series.judge_trends(stored, reviewed)),
        (f"{popular}", lambda stored: series.judge_trends(stored, popular)),
        (f"details {movie}", lambda stored: snapshots.judge_details(stored, Movie(movie))),
        (f"{search}", lambda stored: snapshots.judge_search(stored, search)),
        (f"{ranked}", lambda stored: snapshots.judge_ranking(stored, ranked)),
        (f"{period}", lambda stored: snapshots.judge_genre(stored, period)),
        ("genres and overview", snapshots.judge_genres),
        (f"{tiers}", lambda stored: snapshots.judge_comparison(stored, tiers)),
        (f"{actor}", lambda stored: snapshots.judge_actor(stored, actor)),
        *_questions_about_people(seed),
    ]


def _questions_about_people(seed: int) -> list[tuple[str, Question]]:
    """Questions to the endpoints of people and of recommendations, and a search for a name.

    ``recommendations/personalized`` is left out: it is ``similar`` with more movies, and both have tests of their own.
    """
    chance = random.Random(f"people {seed}")
    name, movie = chance.choice(("Ada Byron", "Ben Okri", "Cy Ono")), chance.choice(MOVIES)
    named, genre = MovieSearch(q=name.lower()), GenreMovies(chance.choice(("drama", "war")))
    similar = SimilarMovies(movie)
    return [
        (f"{named}", lambda stored: snapshots.judge_search(stored, named)),
        (f"person {name}", lambda stored: snapshots.judge_person(stored, name)),
        ("people", snapshots.judge_people),
        (f"{genre}", lambda stored: snapshots.judge_recommended(stored, genre)),
        (f"{similar}", lambda stored: snapshots.judge_similar(stored, similar)),
    ]


def compatible(names: Iterable[str]) -> tuple[str, ...]:
    """The names without those that can't be combined with an earlier one."""
    result: list[str] = []
    for name in names:
        if not any(name in group and group & set(result) for group in EXCLUSIVE):
            result.append(name)
    return tuple(result)


def _age(chance: random.Random) -> int:
    """Minutes before now: often within the last hours, or near the cutoff."""
    ranges = ((1, _PAST_MINUTES), (1, 180), (40 * 60, 75 * 60))
    return chance.randint(*chance.choice(ranges))


def _batch_job(chance: random.Random, now: datetime) -> BatchJob:
    runs, age = [], chance.choice((0, chance.randint(0, 60), chance.randint(0, 200)))
    for _ in range(chance.randint(0, 3)):
        took = timedelta(minutes=chance.randint(0, 300))
        written = chance.choice((None, None, None, chance.randint(0, 60)))
        runs.append(Run(floor_hour(now) - age * HOUR - 5 * HOUR, took, written))
        age += chance.randint(6, 60)
    return BatchJob(
        tuple(reversed(runs)),
        chance.random() < 0.7,
        is_recorded := chance.random() < 0.4,
        chance.random() < 0.7,
        not is_recorded and chance.random() < 0.3,
    )


def _speed_job(chance: random.Random, now: datetime) -> SpeedJob:
    stopped = {}
    if chance.random() < 0.4:
        ago = chance.choice((chance.randint(0, 180), chance.randint(0, 6000))) * MINUTE
        types = chance.choice((SPEED_TYPES, ("sentiment",), ("stats", "trending")))
        stopped = dict.fromkeys(types, now - ago)
    lost = set()
    if chance.random() < 0.4:
        for _ in range(chance.randint(1, 20)):
            hour = floor_hour(now) - chance.randint(0, 120) * HOUR
            lost |= {(data_type, hour) for data_type in chance.choice((SPEED_TYPES, (chance.choice(SPEED_TYPES),)))}
    minutes = chance.choice((60, 60, 60, 5, 15))
    beside = (floor_hour(now) - chance.randint(0, 50) * HOUR for _ in range(40 * (chance.random() < 0.3)))
    return SpeedJob(
        stopped=stopped,
        lost=frozenset(lost),
        retention=chance.randint(48, 125) * HOUR,
        has_heartbeats=chance.random() < 0.3,
        restamps=chance.random() < 0.3,
        minutes=minutes,
        names_window=chance.random() < 0.5,
        has_scores=chance.random() < 0.6,
        is_busy=chance.random() < 0.4,
        leaves_versions=chance.random() < 0.3,
        whole_hours=frozenset(beside),
    )


def _damage(chance: random.Random, kind: str) -> Damage:
    return Damage(chance.choice(("batch", "speed")), chance.randint(0, 10_000), kind)


def plain(world: World) -> World:
    """The same world without dialects and damage, and with producers as the specification likes them."""
    batch = replace(world.batch, says_coverage=True, has_points=True)
    speed = replace(world.speed, restamps=False, minutes=60, has_heartbeats=False, is_busy=True, has_scores=True)
    return replace(world, batch=batch, speed=speed, dialects=(), damages=())
