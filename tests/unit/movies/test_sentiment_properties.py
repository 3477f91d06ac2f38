"""Sentiment of random worlds, recorded by unreliable producers, compared with what really happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from merger.contract.collections import BATCH, SPEED
from merger.contract.documents import Contract, Documents
from merger.core.boundary import Boundary, Policy, Strategy
from merger.core.intervals import closed_hours
from merger.core.windows import HOUR, Granularity, Span, Window, parse_span
from merger.errors import Interval
from merger.layers.state import without_layers
from merger.views.reading import ViewInputs, ViewResult
from movies.sentiment import movie_sentiment
from tests.effort import examples
from tests.unit.merger.documents import Raw, layers_of
from tests.unit.merger.generated import healthy_worlds, respelled, worlds
from tests.unit.merger.recomputation import Expectation
from tests.unit.merger.world import MOVIES, World

movie_ids = st.sampled_from(MOVIES)
granularities = st.sampled_from(Granularity)
day_windows = st.integers(1, 14).map(lambda days: f"{days}d")
hour_windows = st.integers(1, 300).map(lambda hours: f"{hours}h")
spans = st.one_of(st.just("all"), day_windows, hour_windows).map(parse_span)
policies = st.builds(
    Policy,
    cutoff=st.sampled_from((48, 48, 24, 61)).map(lambda hours: hours * HOUR),
    strategy=st.sampled_from((Strategy.WATERMARK, Strategy.WATERMARK, Strategy.FIXED)),
    grace=st.sampled_from((72, 72, 0)).map(lambda hours: hours * HOUR),
)
thorough = settings(max_examples=examples(150))


@dataclass(frozen=True)
class Asked:
    """An answer and all that is needed to judge it."""

    result: ViewResult
    window: Window
    expected: Expectation
    documents: Documents


def asked(
    world: World,
    movie_id: int,
    span: Span,
    granularity: Granularity,
    policy: Policy | None = None,
    raw: tuple[Sequence[Raw], Sequence[Raw]] | None = None,
    away: str | None = None,
) -> Asked | None:
    """Builds the answer from a movie's documents and the state of the layers; ``None``: unknown movie.

    The collection that is ``away`` does not answer.
    """
    batch, speed = raw or (world.batch_documents(), world.speed_documents() + world.earlier_buckets())
    everything = Contract().read(batch, speed)
    assert not everything.skipped
    own = Documents(
        tuple(d for d in everything.batch if d.movie_id == movie_id and away != BATCH),
        tuple(d for d in everything.speed if d.movie_id == movie_id and away != SPEED),
    )
    boundary = Boundary(world.now, policy or Policy())
    layers = without_layers(layers_of(everything), {away} if away else ())
    result = movie_sentiment(movie_id, span, granularity, ViewInputs(boundary, layers, own))
    if result is None:
        assert not own.batch
        assert not own.speed
        return None
    expected = Expectation(
        reviews=tuple(world.of(movie_id)),
        now=world.now,
        layer=layers.speed_of("sentiment"),
        policy=boundary.policy,
    )
    return Asked(result, span.ending(world.now, granularity), expected, own)


@thorough
@given(worlds(), movie_ids, spans, granularities, policies)
def test_every_review_is_counted_once_or_reported_missing(
    world: World, movie_id: int, span: Span, granularity: Granularity, policy: Policy
) -> None:
    if answer := asked(world, movie_id, span, granularity, policy):
        answer.expected.check_total(answer.result, answer.window)


@thorough
@given(worlds(), movie_ids, spans, granularities, policies)
def test_every_bucket_holds_its_reviews_or_is_reported_missing(
    world: World, movie_id: int, span: Span, granularity: Granularity, policy: Policy
) -> None:
    if answer := asked(world, movie_id, span, granularity, policy):
        answer.expected.check_breakdown(answer.result, answer.window, granularity)


@thorough
@given(worlds(), movie_ids, spans, granularities, policies, st.sampled_from((BATCH, SPEED)))
def test_a_partial_answer_counts_nothing_twice_and_reports_every_gap(
    world: World, movie_id: int, span: Span, granularity: Granularity, policy: Policy, away: str
) -> None:
    """While one collection does not answer.

    Requirement F5.
    """
    if answer := asked(world, movie_id, span, granularity, policy, away=away):
        answer.expected.check_total(answer.result, answer.window)
        answer.expected.check_breakdown(answer.result, answer.window, granularity)
        code = "batch_unavailable" if away == BATCH else "speed_unavailable"
        assert [warning for warning in answer.result.freshness.warnings if warning.startswith(code)]


@thorough
@given(worlds(), movie_ids, day_windows.map(parse_span), policies)
def test_hours_in_neither_layer_are_missing_or_assumed_and_others_are_not_missing(
    world: World, movie_id: int, span: Span, policy: Policy
) -> None:
    answer = asked(world, movie_id, span, Granularity.DAY, policy)
    if answer is None:
        return
    usable = [
        document
        for document in answer.documents.batch
        if policy.strategy is Strategy.WATERMARK or document.computed_at < (world.now - policy.cutoff).replace(minute=0)
    ]
    refused = [document for document in answer.documents.batch if document not in usable]
    unheld = set(answer.expected.unheld_hours(answer.window, usable, refused))
    told, freshness = hours_of(answer.result.freshness.missing), answer.result.freshness
    assert unheld <= told | hours_of((each.start, each.end) for each in freshness.assumed)
    # A total shows nothing of days without a point, unless the points explain it.
    with_points = {document.data["date"] for document in usable if "date" in document.data}
    assert all(f"{hour:%Y-%m-%d}" not in with_points for hour in told - unheld)


def hours_of(intervals: Iterable[Interval]) -> set[datetime]:
    """The hours of intervals that have a start."""
    return {hour for start, end in intervals if start for hour in closed_hours(start, end, None)}


@thorough
@given(healthy_worlds(), movie_ids, spans, granularities)
def test_an_answer_is_complete_when_nothing_is_lost_or_late(
    world: World, movie_id: int, span: Span, granularity: Granularity
) -> None:
    answer = asked(world, movie_id, span, granularity)
    if answer is None or not answer.documents.batch:
        return
    start = answer.window.start
    cuts_a_day = start is not None and start.hour != 0
    if cuts_a_day and start is not None and start + world.speed.retention <= world.now:
        # Part of a day that only the batch layer holds is in no answer.
        return
    assert answer.result.freshness.missing == ()
    happened = answer.expected.within(answer.window)
    assert answer.result.body["sentiment"]["total_reviews"] == sum(review.weight for review in happened)
    in_buckets = sum(entry["review_count"] for entry in answer.result.body["breakdown"])
    assert in_buckets == sum(review.weight for review in happened)
    answer.expected.check_total(answer.result, answer.window)
    answer.expected.check_breakdown(answer.result, answer.window, granularity)


@thorough
@given(worlds(), movie_ids, spans, granularities, policies, st.data())
def test_order_duplicates_and_spelling_of_documents_change_nothing(
    world: World, movie_id: int, span: Span, granularity: Granularity, policy: Policy, data: st.DataObject
) -> None:
    batch, speed = world.batch_documents(), world.speed_documents() + world.earlier_buckets()
    again = [[*documents, *documents[::2]] for documents in (batch, speed)]
    for documents in again:
        world.chance.shuffle(documents)
    spelled = [[respelled(document, world.chance) for document in documents] for documents in again]
    first = asked(world, movie_id, span, granularity, policy, (batch, speed))
    second = asked(world, movie_id, span, granularity, policy, (spelled[0], spelled[1]))
    assert (first and first.result) == (second and second.result)


@thorough
@given(worlds(), movie_ids, spans, granularities)
def test_documents_of_other_movies_and_types_change_nothing(
    world: World, movie_id: int, span: Span, granularity: Granularity
) -> None:
    answer = asked(world, movie_id, span, granularity)
    if answer is None:
        return
    batch, speed = world.batch_documents(), world.speed_documents() + world.earlier_buckets()
    others = [document for document in batch + speed if document["movie_id"] != movie_id]
    broken = [{**document, "data": {**document["data"], "review_count": -1}} for document in others]
    everything = Contract().read(batch + broken, speed + broken)
    boundary, layers = Boundary(world.now), layers_of(everything)
    result = movie_sentiment(movie_id, span, granularity, ViewInputs(boundary, layers, everything))
    assert result is not None
    assert result.body == answer.result.body
    assert result.freshness.missing == answer.result.freshness.missing


@thorough
@given(worlds(), movie_ids, spans, granularities, st.integers(0, 59))
def test_an_answer_is_the_same_within_an_hour_without_writes(
    world: World, movie_id: int, span: Span, granularity: Granularity, minute: int
) -> None:
    # Lag is judged by the minute; a layer that is never called lagging leaves only the boundary to differ.
    patient = Policy(speed_lag_limit=timedelta(days=30))
    batch, speed = world.batch_documents(), world.speed_documents()
    later = replace(world, now=world.now.replace(minute=max(minute, world.now.minute)))
    first = asked(world, movie_id, span, granularity, patient, (batch, speed))
    second = asked(later, movie_id, span, granularity, patient, (batch, speed))
    assert (first and first.result.body) == (second and second.result.body)
    assert (first and first.result.freshness.missing) == (second and second.result.freshness.missing)
