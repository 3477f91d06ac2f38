"""The addresses that a process counts."""

from __future__ import annotations

from merger.cache.popular import LONGEST_ADDRESS, PopularCounts


def test_addresses_are_counted_until_taken() -> None:
    found = PopularCounts()
    for address in ("/a", "/b?c=d", "/a"):
        found.note(address)
    assert found.take() == {"/a": 2, "/b?c=d": 1}
    assert found.take() == {}


def test_overlong_address_is_not_counted() -> None:
    found = PopularCounts()
    found.note("/" + "a" * LONGEST_ADDRESS)
    assert found.take() == {}


def test_flood_of_addresses_is_bounded_and_keeps_frequent_ones() -> None:
    found = PopularCounts(most=10)
    for number in range(100):
        found.note(f"/flood/{number}")
        if number < 50:
            found.note("/popular")
    assert found.take() == {"/popular": 50}
