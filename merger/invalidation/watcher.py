"""Sees that the data changed, and outdates what was made from it (C6).

Every process has a watcher, which also keeps the process's own copies current. One at a time is in charge, so that a
change is looked for and told once, however many processes serve. It follows both collections by change streams where
MongoDB has them, and compares the layers' state with what it was in any case: newest batch document, newest syncs,
hours held. What it saw last it leaves in Redis for the next one in charge. MongoDB or Redis away: it goes on when they
are back, from where it was.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pymongo

from merger.answers.service import MergeService
from merger.cache.generations import BATCH_GENERATION, of_changed_type
from merger.cache.redis_tier import RedisTier
from merger.contract.collections import SPEED
from merger.contract.documents import Aliases
from merger.contract.payloads import SPEED_TYPES
from merger.errors import StoreError
from merger.invalidation.change_stream import ChangeStream
from merger.invalidation.leader import Leader, Leadership
from merger.invalidation.pending import PendingInvalidations
from merger.invalidation.schedule import BATCH_AGAIN
from merger.invalidation.snapshot import KnownState, LayerSnapshot, differences
from merger.invalidation.stream_events import StreamEvents, StreamNews, readable_movie
from merger.speed.change_log import MAX_MOVIES, ChangedMovies, Changes
from merger.stores.redis.link import RedisTrouble
from merger.stores.store import Document, Find, Store

_log = logging.getLogger(__name__)


TICK = 1.0
"""Seconds between two looks."""


RECENTLY = 5.0
"""Seconds for which what a change stream told is not told again by a look, which sees the same."""


OVERLAP = timedelta(seconds=10)
"""How far behind the newest sync a look for changed movies goes back: stamps don't arrive quite in order."""


TIME_LIMIT = 3.0
"""Seconds that one look may take; less than the claim to be in charge lasts."""


IN_USE = 60.0
"""Seconds after it made an answer during which a process keeps its copies current."""


AT_LEAST_EVERY = 10.0
"""Seconds between two looks at the layers' state while change streams say that nothing changed: time passes all the
same, and they are no more to be trusted than anything else."""


TYPES = tuple(SPEED_TYPES)


class Watcher:
    """Looks, and raises generations. One thread calls it.

    Args:
        service: whose answers are outdated; tells the layers' state.
        store: where changed movies are looked for.
        shared: has the generations.
        lead: the claim to be in charge.
        batch, speed: change streams of both collections; ``speed`` tells movie and type of its documents.
        aliases: for the spellings of the speed documents' type.
        monotonic: seconds of a monotonic clock.
    """

    def __init__(
        self,
        *,
        service: MergeService,
        store: Store,
        shared: RedisTier,
        lead: Leader,
        batch: ChangeStream,
        speed: ChangeStream,
        aliases: Aliases,
        monotonic: Callable[[], float],
    ) -> None:
        self._service = service
        self._store = store
        self._shared = shared
        self._lead = lead
        self._type_keys = aliases.speed_type_keys
        self._monotonic = monotonic
        self._outdated = PendingInvalidations(TYPES, monotonic)
        # What this process alone found out; kept whoever is in charge, until it is raised.
        self._missed = PendingInvalidations(TYPES, monotonic)
        self._following = StreamEvents(batch, speed, self._type_keys, self._outdated)
        self._before: LayerSnapshot | None = None
        self._batch_noticed: datetime | None = None
        self._state = b""
        self._is_store_away = False
        self._looked_at = float("-inf")
        self.is_in_charge = False

    @property
    def batch_noticed(self) -> datetime | None:
        """When the batch layer was last seen to change; known to the one in charge alone."""
        return self._batch_noticed

    def tick(self) -> frozenset[str]:
        """One look at whatever is worth a look.

        Returns:
            The generations that were raised. A process that is not in charge raises those of what no look at stamps
            told it: the one in charge found that at another time, and what was made here until now lacks it.
        """
        try:
            self._claim()
            followed = self._follow() if self.is_in_charge else StreamNews()
            seen = self._refreshed() if self._is_worth_a_look(followed) else None
            if not self.is_in_charge:
                return self._raise_missed(Changes() if seen is None else seen[1])
            if seen is not None:
                self._look(*seen, followed)
            return self._raise_missed(Changes()) | self._raise()
        except RedisTrouble:
            return frozenset()  # its link tells; what is due stays so

    def stop(self) -> None:
        """Lets another process be in charge."""
        try:
            self._lead.resign(self._state)
        except RedisTrouble:
            return
        finally:
            self._stand_down()

    def _claim(self) -> None:
        try:
            standing = self._lead.hold(self._state)
        except RedisTrouble:
            self.is_in_charge = False  # what is known and due is kept: nobody else can be in charge either
            return
        self.is_in_charge = standing.leads
        if not standing.leads:
            self._stand_down()
        elif standing.began:
            self._take_over(standing)

    def _is_worth_a_look(self, followed: StreamNews) -> bool:
        """Whether to read the layers' state: for answers that this process makes, or because it may have changed."""
        now = self._monotonic()
        if now - self._service.computed_at < IN_USE:
            return True
        is_due = followed.is_news or now - self._looked_at >= AT_LEAST_EVERY
        return self.is_in_charge and (is_due or self._is_published_anew())

    def _is_published_anew(self) -> bool:
        """Whether other batch runs may be published than at the last look; no change stream follows that (M12)."""
        try:
            with pymongo.timeout(TIME_LIMIT):
                mark = self._service.store.look().mark
        except StoreError:
            return True  # the look will tell
        return self._before is None or mark != self._before.runs

    def _stand_down(self) -> None:
        self._following.end()
        self._outdated.clear()
        self._before, self._batch_noticed, self._state = None, None, b""

    def _take_over(self, standing: Leadership) -> None:
        """Begins where the last one in charge ended; what it may not have finished is done again."""
        self._stand_down()
        left = KnownState.decoded(standing.left)
        if left is None:
            self._outdated.everything()
            return
        self._before, self._batch_noticed = left.snapshot, left.batch_noticed
        self._following.begin(left.tokens)
        for data_type in TYPES:
            self._outdated.by_type(data_type)
        seen_to = self._service.boundary().now - timedelta(seconds=BATCH_AGAIN[-1])
        if left.batch_noticed is not None and left.batch_noticed > seen_to:
            self._outdated.by_batch()

    def _refreshed(self) -> tuple[LayerSnapshot, Changes] | None:
        """Both layers as they are, and what changed; the copies that answers are made from are current then, too."""
        try:
            with pymongo.timeout(TIME_LIMIT):
                boundary, layers, changes = self._service.refresh()
        except StoreError as error:
            self._tell_once(error)
            return None
        self._is_store_away = False
        self._looked_at = self._monotonic()
        return LayerSnapshot.of(boundary, layers), changes

    def _look(self, now: LayerSnapshot, changes: Changes, followed: StreamNews) -> None:
        try:
            with pymongo.timeout(TIME_LIMIT):
                if self._before is not None:
                    # Of the hours that this process keeps: documents edited or deleted without a new stamp, too.
                    _note(changes.movies, self._outdated)
                    self._compare(self._before, now, followed)
            self._before = now
        except StoreError as error:
            self._tell_once(error)

    def _tell_once(self, error: StoreError) -> None:
        if not self._is_store_away:
            _log.warning("changes can't be looked for until it answers again: %s", error)
        self._is_store_away = True

    def _follow(self) -> StreamNews:
        followed = self._following.look()
        if followed.batch:
            self._touch_batch()
        return followed

    def _compare(self, before: LayerSnapshot, now: LayerSnapshot, followed: StreamNews) -> None:
        found = differences(before, now)
        if found.batch and not self._outdated.knows_of(BATCH_GENERATION, RECENTLY):
            self._touch_batch()
        if found.stale:
            self._outdated.by_age_of_batch()
        for data_type, since in found.synced.items():
            # A stream that told of the change has had it raised, and has it raised again when older copies are gone.
            if not (followed.covers_speed and self._outdated.knows_of(of_changed_type(data_type), RECENTLY)):
                self._outdated.by_type(data_type)
                self._note_changed_since(data_type, since, now.at)
        for data_type in found.standing:
            self._outdated.by_standing(data_type)

    def _note_changed_since(self, data_type: str, since: datetime | None, now: datetime) -> None:
        span = {"$lte": now} if since is None else {"$gte": since - OVERLAP, "$lte": now}
        found: list[Document] = []
        for key in self._type_keys:
            wanted: Mapping[str, Any] = {key: data_type, "synced_at": span}
            found += self._store.find(Find(SPEED, wanted, only=("movie_id",), limit=MAX_MOVIES + 1))
        # Stamps that are text are in no range of dates: something changed, and nobody knows what.
        if not 0 < len(found) <= MAX_MOVIES:
            self._outdated.by_any_movie()
        else:
            self._outdated.by_movies(movie_id for movie_id in map(readable_movie, found) if movie_id is not None)

    def _touch_batch(self) -> None:
        self._batch_noticed = self._service.boundary().now
        self._outdated.by_batch()

    def _raise_missed(self, changes: Changes) -> frozenset[str]:
        _note(changes.missed, self._missed)
        names = self._missed.names()
        self._shared.advance(names)
        self._missed.raised(names)
        return names

    def _raise(self) -> frozenset[str]:
        names = self._outdated.names()
        self._shared.advance(names)
        self._outdated.raised(names)
        if self._before is not None and not self._outdated.is_behind:
            self._state = KnownState(self._before, self._batch_noticed, self._following.tokens).encoded()
        return names


def _note(changed: ChangedMovies, outdated: PendingInvalidations) -> None:
    for data_type, movies in changed.items():
        outdated.by_type(data_type)
        if movies is None:
            outdated.by_any_movie()
        else:
            outdated.by_movies(movies)
