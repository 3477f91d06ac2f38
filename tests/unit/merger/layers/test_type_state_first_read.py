"""How the first read of a speed data type finds its hours with few finds."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.unit.merger.layers.world import HOUR, TOP, World, alive, batch, speed


def test_the_first_read_of_full_hours_probes_each_once_per_spelling() -> None:
    documents = [alive(h) | {"movie_id": number} for h in range(48) for number in range(20)]
    world = World(speed_views=documents, batch_views=[batch(0)])
    world.read()
    wanted = [each for _, each in world.store.finds if each.get("data_type") == "sentiment" and "hour" in each]
    spans = [each["hour"] for each in wanted if "$gte" in each["hour"] and isinstance(each["hour"]["$gte"], datetime)]
    probes = [span["$gte"] for span in spans if span.get("$lt") == span["$gte"] + HOUR]
    held = [TOP - n * HOUR for n in range(48, 0, -1)]
    # The open hour is that of the newest document, which has been read already.
    assert sorted(probe for probe in probes if probe in held) == held
    # Of the hours far from any, one in twelve is asked for.
    assert len(probes) <= len(held) + 72 / 12 + 1


def test_the_first_read_of_hours_with_few_documents_takes_no_find_per_hour() -> None:
    world = World(speed_views=[alive(h) for h in range(48) if h != 30], batch_views=[batch(0)])
    assert world.read().speed_of("sentiment").held == {TOP - h * HOUR for h in range(48) if h != 30}
    wanted = [each for _, each in world.store.finds if each.get("data_type") == "sentiment" and "hour" in each]
    assert len(wanted) < 40


def test_an_hour_with_many_documents_hides_none_of_the_hours_after_it() -> None:
    many = [alive(40) | {"movie_id": number} for number in range(400)]
    world = World(speed_views=[*many, *(alive(h) for h in range(40))], batch_views=[batch(0)])
    assert world.read().speed_of("sentiment").held == {TOP - h * HOUR for h in range(41)}


def test_a_document_of_another_hour_is_a_sign_of_life_of_an_hour_with_few_documents() -> None:
    late = TOP - 29 * HOUR - timedelta(minutes=1)
    documents = [speed(h, synced_at=TOP - h * HOUR) for h in range(1, 48)]
    documents[30] = speed(31, synced_at=late)
    world = World(speed_views=[speed(0), *documents], batch_views=[batch(0)])
    world.read()
    alive_hours = world.state._known_state("sentiment").seen.alive
    assert TOP - 30 * HOUR in alive_hours
    assert TOP - 33 * HOUR not in alive_hours


def test_a_type_without_documents_takes_no_find_per_hour() -> None:
    world = World(batch_views=[batch(0)])
    world.read()
    assert len(world.store.finds) < 80
