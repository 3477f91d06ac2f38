"""Cached entries and their bytes.

Requirements C2, C7 and C9.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from merger.cache.entry import COMPRESS_FROM, Entry
from merger.core.evidence import Assumption, Reason
from merger.errors import Interval, NotFound

SECRET = b"a secret of tests"
START = datetime(2026, 5, 4, tzinfo=UTC)
small = st.binary(max_size=200)
bodies = st.one_of(small, small.map(lambda part: (part + b".") * COMPRESS_FROM))
moments = st.integers(0, 2 * 10**11).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
intervals = st.tuples(st.one_of(st.none(), moments), moments)
numbers = st.floats(0, 1e12, allow_nan=False)
keys = st.text(st.characters(codec="utf-8"), max_size=40)
texts = st.text(st.characters(codec="utf-8"))


@given(
    keys,
    bodies,
    numbers,
    st.integers(0, 10**7),
    numbers,
    st.lists(intervals, max_size=3),
    st.lists(st.from_regex(r"[0-9]{0,15}", fullmatch=True), max_size=6),
)
def test_decoded_entry_equals_the_encoded_one(
    key: str, body: bytes, made: float, ttl: int, cost: float, missing: list[Interval], generations: list[str]
) -> None:
    intervals = tuple(missing)
    entry = Entry.of(key, body, made=made, ttl=ttl, cost=cost, missing=intervals, generations=tuple(generations))
    entry = replace(entry, data_version="3f2a9c-2026112414-9be07c51d2a4~")
    again = Entry.decode(entry.encode(key, SECRET), key, SECRET)
    assert again == entry
    assert again.body == body
    assert again.compressed == (len(body) >= COMPRESS_FROM)


@given(st.one_of(st.integers(), st.text()), st.lists(texts, max_size=3))
def test_decoded_absence_equals_the_encoded_one(key: object, near: list[str]) -> None:
    entry = Entry.of_absence(NotFound("genre", key, near), made=5.0, ttl=30, generations=("1", ""))
    again = Entry.decode(entry.encode("k", SECRET), "k", SECRET)
    assert again == entry
    assert again.absent is not None
    assert (again.absent.kind, again.absent.key, again.absent.near) == ("genre", key, tuple(near))


def sealed(content: bytes) -> bytes:
    """What a build stores under ``k`` that seals as this one does."""
    return hashlib.blake2b(b"k\n" + content, key=SECRET, digest_size=16).digest() + content


HEAD = (
    b'{"etag":"\\"77\\"","made":5.5,"ttl":300,"cost":0.25,"missing":[{"start":null,"end":"2026-05-04T00:00:00Z"}],'
    b'"generations":["1",""],"gzip":false,"absent":false}'
)


def test_entry_is_read_as_the_first_release_stored_it() -> None:
    expected = Entry(b"{}", False, '"77"', 5.5, 300, 0.25, ((None, START),), ("1", ""))
    assert Entry.decode(sealed(HEAD + b"\n{}"), "k", SECRET) == expected
    assert expected.encode("k", SECRET) == sealed(HEAD + b"\n{}")


def test_an_entry_keeps_what_its_answer_assumes() -> None:
    guesses = (Assumption(None, START, Reason.ABSENT), Assumption(START, START + timedelta(hours=1), Reason.CUT))
    entry = Entry.of("k", b"{}", made=1, ttl=2, assumed=guesses)
    assert Entry.decode(entry.encode("k", SECRET), "k", SECRET).assumed == guesses


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]\n{}",
        HEAD.replace(b'"ttl":300,', b"") + b"\n{}",
        HEAD.replace(b'"ttl":300', b'"ttl":"300"') + b"\n{}",
        HEAD.replace(b"00Z", b"00") + b"\n{}",
        HEAD.replace(b'"absent":false', b'"absent":true') + b"\n7",
    ],
)
def test_sealed_entry_of_another_shape_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="another build"):
        Entry.decode(sealed(content), "k", SECRET)


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match="not an entry"):
        Entry.decode(raw, "k", SECRET)


@given(st.data())
def test_entry_with_any_flipped_bit_is_refused(data: st.DataObject) -> None:
    raw = bytearray(Entry.of("k", b'{"a":1}', made=1, ttl=2).encode("k", SECRET))
    place = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[place // 8] ^= 1 << place % 8
    with pytest.raises(ValueError, match="not an entry"):
        Entry.decode(bytes(raw), "k", SECRET)


@pytest.mark.parametrize(("key", "secret"), [("other", SECRET), ("k", b"another secret of tests"), ("k\n", SECRET)])
def test_entry_is_refused_under_another_key_or_secret(key: str, secret: bytes) -> None:
    raw = Entry.of("k", b"{}", made=1, ttl=2).encode("k", SECRET)
    with pytest.raises(ValueError, match="not an entry"):
        Entry.decode(raw, key, secret)


@given(keys, bodies, bodies)
def test_etag_is_equal_only_for_equal_key_and_bytes(key: str, body: bytes, other: bytes) -> None:
    tag = Entry.of(key, body, made=1, ttl=2).etag
    assert tag == Entry.of(key, body, made=3, ttl=4, cost=5, generations=("9",)).etag
    assert (tag == Entry.of(key, other, made=1, ttl=2).etag) == (body == other)
    assert tag != Entry.of(key + "x", body, made=1, ttl=2).etag
    assert tag[0] == tag[-1] == '"'


@pytest.mark.parametrize("size", [COMPRESS_FROM - 1, COMPRESS_FROM, 200_000])
def test_large_bodies_are_compressed_to_the_same_bytes_each_time(size: int) -> None:
    body = orjson.dumps("x" * (size - 2))
    entry = Entry.of("k", body, made=1, ttl=2)
    assert entry.compressed == (size >= COMPRESS_FROM)
    assert entry.stored == Entry.of("k", body, made=9, ttl=2).stored
    assert (gzip.decompress(entry.stored) if entry.compressed else entry.stored) == body


@pytest.mark.parametrize("size", [0, COMPRESS_FROM - 1, COMPRESS_FROM, 5_000_000])
def test_size_covers_the_unpacked_body(size: int) -> None:
    entry = Entry.of("k", b"x" * size, made=1, ttl=2)
    assert entry.size >= len(entry.stored) + (len(entry.body) if entry.compressed else 0)
    assert entry.size <= 2 * size + 600


@pytest.mark.parametrize("padding", ["", "x" * COMPRESS_FROM])
def test_stale_answer_differs_only_by_its_warning(padding: str) -> None:
    content = {"a": padding, "freshness": {"warnings": ["batch_stale: old"], "complete": False}}
    missing = ((None, START), (START, START + timedelta(hours=1)))
    entry = Entry.of("k", orjson.dumps(content), made=0.0, ttl=60, cost=0.5, missing=missing, generations=("1",))
    stale = entry.as_stale("k", "the store is away")
    content["freshness"]["warnings"].append(  # type: ignore[index]  # a list in a dict
        "stale_answer: this answer is from 1970-01-01T00:00:00Z; the store is away"
    )
    assert orjson.loads(stale.body) == content
    assert stale.etag != entry.etag
    assert (stale.made, stale.ttl, stale.cost, stale.missing, stale.generations) == (0.0, 60, 0.5, missing, ("1",))
    assert len(orjson.loads(entry.body)["freshness"]["warnings"]) == 1, "the old one is untouched"


def test_age_is_never_negative_when_clocks_differ() -> None:
    entry = Entry.of("k", b"", made=100.0, ttl=5)
    assert [entry.age(now) for now in (90.0, 100.0, 102.5)] == [0.0, 0.0, 2.5]
