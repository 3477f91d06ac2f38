"""The sampled answers of all processes, and the results of their comparison, in Redis.

Requirement M16.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec
from redis import Redis

from merger.core.windows import DAY, HOUR, floor_hour
from merger.drift.quality import AGES, KeptAnswer, Tally
from merger.stores.redis.foreign import unless_foreign
from merger.stores.redis.link import RedisLink

KEPT_HOURS = 120
"""Hours for which an answer waits for the batch that covers its day; a later batch does not find it."""


MOST_PER_HOUR = 100
"""Days of answers that are kept of each hour, of about 400 bytes each; a few more if several processes add at once."""


RESULT_DAYS = 30
"""Days whose results are kept."""


_COUNTS = tuple(each.name for each in fields(Tally))
_MOST_DIGITS = 15
Results = dict[str, dict[str, Tally]]


class SharedAnswers:
    """The kept answers and the results. Every method raises ``RedisTrouble``.

    Args:
        link: the connection to Redis.
        namespace: prefix of every key; services with different data must use different ones.
    """

    def __init__(self, link: RedisLink, namespace: str) -> None:
        self._link = link
        self._answers, self._results = f"{namespace}answers:", f"{namespace}quality:"

    def keep(self, answers: Iterable[KeptAnswer]) -> None:
        """Keeps answers, one per question, day and hour, as far as there is room for that hour."""
        for hour, group in _by_hour(answers).items():
            self._link.ask(partial(_keep_hour, key=self._key(hour), answers=group))

    def waiting(self, now: datetime) -> list[KeptAnswer]:
        """The kept answers that have not been compared yet; another release's are passed over."""
        keys = [self._key(floor_hour(now) - ago * HOUR) for ago in range(KEPT_HOURS + 1)]
        found = (value for each in self._link.ask(lambda redis: _read_all(redis, keys)) for value in each.values())
        return [answer for value in found if (answer := _decode(value)) is not None]

    def forget(self, answers: Iterable[KeptAnswer]) -> None:
        """Forgets answers that have been compared."""
        for hour, group in _by_hour(answers).items():
            self._link.ask(partial(_forget_hour, key=self._key(hour), answers=group))

    def add(self, results: Mapping[tuple[str, str], Tally]) -> None:
        """Adds results, by day and age of the answers."""

        def add_all(redis: Redis) -> None:
            with redis.pipeline(transaction=False) as pipe:
                for (day, age), tally in results.items():
                    for name, number in asdict(tally).items():
                        pipe.hincrby(f"{self._results}{day}", f"{age}|{name}", number)
                    pipe.expire(f"{self._results}{day}", (RESULT_DAYS + 1) * DAY)
                pipe.execute(raise_on_error=False)

        if results:
            self._link.ask(add_all)

    def results(self, now: datetime) -> Results:
        """The results of the newest ``RESULT_DAYS`` days that have any, newest first: by day, then by age."""
        days = [(now - ago * DAY).date().isoformat() for ago in range(RESULT_DAYS + 1)]
        found = self._link.ask(lambda redis: _read_all(redis, [f"{self._results}{day}" for day in days]))
        return {day: tallies for day, stored in zip(days, found, strict=True) if (tallies := _tallies(stored))}

    def _key(self, hour: datetime) -> str:
        return f"{self._answers}{hour:%Y%m%dT%H}"


def _by_hour(answers: Iterable[KeptAnswer]) -> dict[datetime, list[KeptAnswer]]:
    groups = defaultdict[datetime, list[KeptAnswer]](list)
    for answer in answers:
        groups[floor_hour(answer.made)].append(answer)
    return groups


def _name(answer: KeptAnswer) -> str:
    return f"{answer.key}|{answer.day}"


def _keep_hour(redis: Redis, key: str, answers: Sequence[KeptAnswer]) -> None:
    room = MOST_PER_HOUR - unless_foreign(lambda: int(str(redis.hlen(key))), MOST_PER_HOUR)
    if room <= 0:
        return
    with redis.pipeline(transaction=False) as pipe:
        for answer in answers[:room]:
            pipe.hsetnx(key, _name(answer), msgspec.json.encode(answer))
        pipe.expire(key, timedelta(hours=KEPT_HOURS + 1))
        pipe.execute(raise_on_error=False)


def _forget_hour(redis: Redis, key: str, answers: Sequence[KeptAnswer]) -> None:
    unless_foreign(lambda: redis.hdel(key, *(_name(each) for each in answers)), 0)


def _read_all(redis: Redis, keys: Sequence[str]) -> list[dict[bytes, bytes]]:
    """The hashes of some keys; what another program put there counts as empty."""
    with redis.pipeline(transaction=False) as pipe:
        for key in keys:
            pipe.hgetall(key)
        return [each if isinstance(each, dict) else {} for each in pipe.execute(raise_on_error=False)]


def _decode(value: bytes) -> KeptAnswer | None:
    try:
        return msgspec.json.decode(value, type=KeptAnswer)
    except msgspec.DecodeError:
        return None


def _tallies(stored: Mapping[bytes, bytes]) -> dict[str, Tally]:
    """The results of one day by age; fields that are none of ours are passed over."""
    counts = defaultdict[str, dict[str, Any]](dict)
    for age, name, number in _numbers(stored):
        counts[age][name] = number
    return {age: Tally(**counts[age]) for age in AGES if age in counts}


def _numbers(stored: Mapping[bytes, bytes]) -> Iterator[tuple[str, str, int]]:
    for field, value in stored.items():
        age, _, name = field.decode(errors="replace").partition("|")
        if age in AGES and name in _COUNTS and value.isdigit() and len(value) <= _MOST_DIGITS:
            yield age, name, int(value)
