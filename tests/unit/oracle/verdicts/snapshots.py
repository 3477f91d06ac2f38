"""Verdicts on answers that show the newest of something: details, search, rankings and the batch layer's facts.

Each raises ``AssertionError``.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from analytics.actors import Actor
from analytics.catalogue import Comparison
from analytics.genres import GenrePeriod
from analytics.selectors import ACTOR, COMPARISON, GENRE, OVERVIEW
from merger.contract.identity import genre_key
from merger.core.windows import HOUR, Granularity, Window, floor_hour
from movies.search import MovieSearch
from movies.selectors import DETAILS, GENRES, SEARCH, GenreSearch, Movie
from people.finding import PeopleSearch
from people.person import Person, PersonMovies
from people.selectors import FIND, MOVIES, PERSON
from recommendations.genres import GenreMovies
from recommendations.likes import SimilarMovies
from recommendations.selectors import GENRE as RECOMMENDED
from recommendations.selectors import SIMILAR
from search.language.names import fold_name
from tests.unit.oracle.stored import StoredWorld, Told
from tests.unit.oracle.verdicts.judging import LAG_LIMIT, check_sum, may_lack, window_of
from tests.unit.oracle.worlds import truth
from tests.unit.oracle.worlds.batch_records import details_popularity, visible_documents
from tests.unit.oracle.worlds.speed_records import hour_of, speed_documents
from tests.unit.oracle.worlds.truth import Observation
from tests.unit.oracle.worlds.world import Run, World
from trending.scoring import RankingParameters
from trending.selectors import RANKING


def judge_details(stored: StoredWorld, params: Movie) -> Told:
    """The movie's newest numbers, and its facts."""
    told = stored.ask(DETAILS, params)
    if told.body is None:
        assert not stored.knows(movie_id=params.movie_id, view_type="movie_details"), "the movie is known"
        return told
    _check_newest(stored, told, params.movie_id, told.body["popularity"])
    if not told.is_flagged and told.body["title"] is not None:
        assert told.body["genres"] is not None
    return told


def judge_search(stored: StoredWorld, params: MovieSearch) -> Told:
    """Every movie of the catalogue, with its newest numbers."""
    told = stored.ask(SEARCH, params)
    if told.body is None:
        assert not stored.described & truth.movies_of(params.genre and params.genre.title()), "there are movies"
        return told
    wanted = truth.movies_of(params.genre and params.genre.title())
    wanted &= set(truth.MOVIES) if params.q is None else truth.movies_with(params.q.title())
    _check_listed(stored, told, told.body["results"], wanted)
    return told


def judge_person(stored: StoredWorld, name: str) -> Told:
    """A person's movies with their newest numbers, in both answers, and how many they share with others."""
    told, page = stored.ask(PERSON, Person(fold_name(name))), stored.ask(MOVIES, PersonMovies(fold_name(name)))
    wanted, described = truth.movies_with(name), stored.described
    if told.body is None or page.body is None:
        assert (told.body, page.body) == (None, None), "one answer knows the person"
        assert not described & wanted, "movies name the person"
        return told
    _check_listed(stored, told, told.body["movies"], wanted)
    _check_listed(stored, page, page.body["results"], wanted)
    for each in told.body["works_with"]:
        shared = len(described & wanted & truth.movies_with(each["name"]))
        assert each["movies"] == shared or told.is_flagged, f"{name} shares {shared} movies with {each['name']}"
    return told


def judge_people(stored: StoredWorld) -> Told:
    """Everybody whom a movie names, and in how many."""
    told = stored.ask(FIND, PeopleSearch())
    assert told.body is not None
    found = {entry["name"]: entry["total_movies"] for entry in told.body["results"]}
    people = {name for cast, directors in truth.NAMED.values() for name in (*cast, *directors)}
    numbers = {name: len(stored.described & truth.movies_with(name)) for name in people}
    assert found == {name: number for name, number in numbers.items() if number} or told.is_flagged, (found, numbers)
    return told


def judge_recommended(stored: StoredWorld, params: GenreMovies) -> Told:
    """Every movie of the genre, with its newest numbers."""
    told = stored.ask(RECOMMENDED, params)
    wanted = truth.movies_of(params.genre.title())
    if told.body is None:
        assert not stored.described & wanted, "the genre is known"
        return told
    _check_listed(stored, told, told.body["recommendations"], wanted)
    return told


def judge_similar(stored: StoredWorld, params: SimilarMovies) -> Told:
    """Movies that share a name or a genre with one, with their newest numbers."""
    told = stored.ask(SIMILAR, params)
    if told.body is None:
        assert params.movie_id not in stored.described, "the movie is known"
        return told
    others = set(truth.MOVIES) - {params.movie_id}
    shown = {entry["movie_id"]: entry["popularity"] for entry in told.body["recommendations"]}
    assert shown.keys() <= others, "a movie is like itself"
    for movie_id, popularity in shown.items():
        _check_newest(stored, told, movie_id, popularity)
    return told


def _check_listed(stored: StoredWorld, told: Told, entries: list[dict[str, Any]], wanted: set[int]) -> None:
    """Checks a list of movies: all that are described and wanted, no others, each with its newest number."""
    shown = {entry["movie_id"]: entry for entry in entries}
    assert len(shown) == len(entries), "a movie is listed twice"
    assert shown.keys() <= wanted, f"{shown.keys() - wanted} do not belong"
    for movie_id in stored.described & wanted:
        assert movie_id in shown or told.is_flagged, f"movie {movie_id} is not found"
    for movie_id, entry in shown.items():
        _check_newest(stored, told, movie_id, entry["popularity"])


def judge_ranking(stored: StoredWorld, params: RankingParameters) -> Told:
    """Every movie that was observed, with its newest score."""
    told = stored.ask(RANKING, params)
    if told.body is None:
        assert not stored.described & truth.movies_of(params.genre and params.genre.title()), "the genre is known"
        return told
    window = window_of(stored, params.window, Granularity.HOUR)
    data_type = "trending" if stored.world.speed.has_scores else "stats"
    shown = {entry["movie_id"]: entry["trending_score"] for entry in told.body["trending_movies"]}
    genre = params.genre and params.genre.title()
    for movie_id in truth.movies_of(genre) & (stored.described if genre else set(truth.MOVIES)):
        observed = [e for e in stored.world.truth.observations_of({movie_id}) if window.holds(e.at)]
        since = next((e.at for e in observed if e.score == shown.get(movie_id)), None)
        assert observed or movie_id not in shown, f"movie {movie_id} was not observed"
        for each in observed:
            if since is None or each.at > since:
                assert may_lack(stored, told, each.at, data_type), f"the score of {each} is not shown"
    foreign = shown.keys() - truth.movies_of(genre) - ({truth.BACKGROUND} if genre is None else set())
    assert not foreign, f"{foreign} are of another genre"
    return told


def judge_genre(stored: StoredWorld, params: GenrePeriod) -> Told:
    """Each month of the genre once; a genre that the search counts is neither unknown nor empty in silence."""
    told, search = stored.ask(GENRE, params), stored.ask(GENRES, GenreSearch(None))
    counted = {genre_key(entry["genre"]) for entry in (search.body or {}).get("genres", ())}
    written = {(d["data"]["genre"], d["data"]["year"], d["data"]["month"]) for d in _views(stored, "genre_analytics")}
    if told.body is None:
        assert params.genre not in counted, "the search counts the genre"
        assert not [key for key in written if genre_key(key[0]) == params.genre], "documents name the genre"
        return told
    total = told.body["statistics"]["total_movies"] or 0
    assert total or params.year or told.is_flagged or params.genre not in counted, "a counted genre has no movies"
    for place, times in enumerate(truth.times_counted(total, _powers(len(truth.MONTHS))).values()):
        genre, year, month = truth.MONTHS[len(truth.MONTHS) - 1 - place]
        belongs = genre_key(genre) == params.genre and params.year in (None, year) and params.month in (None, month)
        assert times <= 1, f"{genre} of {year}-{month} is counted twice"
        assert belongs or not times, f"{genre} of {year}-{month} does not belong"
        if belongs and (genre, year, month) in written and not times:
            start = datetime(year, month, 1, tzinfo=UTC)
            assert told.overlaps(start, start + 28 * 24 * HOUR), f"{genre} of {year}-{month} is lost"
    return told


def judge_genres(stored: StoredWorld) -> Told:
    """How many movies each genre has, in the search and in the overview."""
    told, overview = stored.ask(GENRES, GenreSearch(None)), stored.ask(OVERVIEW, None)
    assert told.body is not None
    assert overview.body is not None
    described = stored.described
    found = {entry["genre"]: entry["total_movies"] for entry in told.body["genres"]}
    listed = {entry["genre"]: entry["movie_count"] for entry in overview.body["by_genre"]}
    for genre in ("Drama", "War"):
        number = len(described & truth.movies_of(genre))
        assert found.get(genre, 0) == number or told.is_flagged, f"{genre} has {number} movies in the search"
        assert listed.get(genre, 0) == number or overview.is_flagged, f"{genre} has {number} movies in the overview"
    assert overview.body["total_movies"] == len(described) or overview.is_flagged, "movies are missing"
    return told


def judge_comparison(stored: StoredWorld, params: Comparison) -> Told:
    """The reviews of each movie's newest lifetime total."""
    told = stored.ask(COMPARISON, params)
    if told.body is None:
        assert not stored.described & truth.movies_of(params.genre and params.genre.title()), "the genre is known"
        return told
    total = sum(tier["total_reviews"] for tier in told.body["tiers"].values())
    movies = truth.movies_of(params.genre and params.genre.title())
    reach = {
        d["movie_id"]: int(d["batch_run_id"].removeprefix("run-"))
        for d in _views(stored, "sentiment")
        if "date" not in d["data"] and d["movie_id"] in movies
    }
    runs = stored.world.batch.runs
    expected = [r for r in stored.world.truth.reviews_of(reach) if r.at < runs[reach[r.movie_id]].covers]
    whole = Window(None, stored.world.now)
    check_sum(stored, told, total, expected, whole, expected)
    return told


def judge_actor(stored: StoredWorld, params: Actor) -> Told:
    """Whom the actor has worked with."""
    told = stored.ask(ACTOR, params)
    written = [d for d in _views(stored, "actor_collaboration") if d["data"]["actor"] == params.name]
    if told.body is None:
        assert not written, "the actor is known"
        return told
    other, shared = truth.ACTORS[params.name]
    found = [(entry["actor"], entry["count"]) for entry in told.body["collaborators"]]
    assert found == [(other, shared)] or told.is_flagged, f"{params.name} has other collaborators"
    return told


def _check_newest(stored: StoredWorld, told: Told, movie_id: int, popularity: float | None) -> None:
    """Checks that a popularity is the newest, or that all newer ones lie in what the answer says it lacks."""
    world = stored.world
    cutoff = floor_hour(world.now - 48 * HOUR)
    observed = [each for each in world.truth.observations_of({movie_id}) if each.at >= cutoff]
    shown = next((each for each in observed if each.popularity == popularity), None)
    if shown is not None:
        newer = [each for each in observed if each.at > shown.at]
    else:
        run = next((r for n, r in enumerate(world.batch.runs) if details_popularity(n) == popularity), None)
        assert run is not None or popularity is None, f"{popularity} was never observed"
        newer = [e for e in observed if run is None or _is_newer(stored, told, e, run)]
        newest = max((_run_number(d) for d in _views(stored, "movie_details") if d["movie_id"] == movie_id), default=-1)
        assert told.is_flagged or newest < 0 or popularity == details_popularity(newest), (
            "a newer run has another number"
        )
    for each in newer:
        assert may_lack(stored, told, each.at, "stats"), f"{each} is newer than what is shown"


def _is_newer(stored: StoredWorld, told: Told, each: Observation, run: Run) -> bool:
    """Whether an observation should be shown instead of the number of a run.

    Where the speed layer has no document that can be read, the run fills in for what it covers (requirement M3).
    """
    # A document that can't be read is no sign of life.
    says_so = any(each.startswith("speed_lagging") for each in told.freshness.get("warnings", ()))
    if _lags(stored.world) or (stored.world.damages and says_so):
        return each.at > run.computed_at
    return each.at >= run.covers or stored.can_read("stats", each.movie_id, floor_hour(each.at))


def _lags(world: World) -> bool:
    """Whether the last sign of life of ``stats`` is older than it may be; then a newer batch document counts."""
    found = [document for document in speed_documents(world) if document["data_type"] == "stats"]
    newest = max((min(d["synced_at"], hour_of(d) + HOUR) for d in found), default=world.now - 2 * LAG_LIMIT)
    return world.now - newest > LAG_LIMIT


def _views(stored: StoredWorld, view_type: str) -> list[dict[str, Any]]:
    return [d for d in visible_documents(stored.world) if d["view_type"] == view_type]


def _run_number(document: dict[str, Any]) -> int:
    return int(document["batch_run_id"].removeprefix("run-"))


def _powers(number: int) -> list[int]:
    return [3**place for place in range(number)]
