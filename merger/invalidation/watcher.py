"""Notices changes of the data, and invalidates the answers that were computed from them.

Every process has a watcher, which also keeps the process's own copies current. One of them leads, so that each change
is found and bumped once, however many processes there are. The leader reads both collections' change streams where
MongoDB has them, and in any case compares snapshots of the layers: newest batch document, newest syncs, hours held. It
leaves its last snapshot in Redis for the next leader. After an outage of MongoDB or Redis it continues where it
stopped. Requirement C6.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pymongo

from merger.answers.service import MergeService
from merger.cache.generations import BATCH_GENERATION
from merger.contract.collections import BATCH, SPEED
from merger.contract.documents import Contract
from merger.contract.payloads import SPEED_TYPES
from merger.core.boundary import CLOCK_SKEW
from merger.core.stamps import StampForm, stamp_ranges
from merger.core.windows import EPOCH
from merger.errors import StoreError
from merger.invalidation.change_stream import ChangeStream
from merger.invalidation.leader import Leader, Leadership
from merger.invalidation.outage import Outage
from merger.invalidation.pending import PendingInvalidations
from merger.invalidation.rewritten import NEWS_SECONDS, Rewritten, RewrittenHours
from merger.invalidation.schedule import BATCH_REPEATS
from merger.invalidation.snapshot import KnownState, LayerSnapshot, differences
from merger.invalidation.stream_events import StreamEvents, StreamNews, readable_movie
from merger.speed.change_log import MAX_MOVIES, ChangedMovies, Changes
from merger.speed.deltas import OVERLAP
from merger.stores.redis.link import RedisTrouble
from merger.stores.store import Document, Find

_log = logging.getLogger(__name__)


TICK_SECONDS = 1.0
"""Seconds between two ticks."""

RECENT_SECONDS = 5.0
"""Seconds for which a change that a stream reported is not bumped again by a snapshot, which shows the same change."""

TIMEOUT_SECONDS = 3.0
"""Time limit of one look at the layers; shorter than the leader's claim lasts."""

IN_USE_SECONDS = 60.0
"""Seconds after it computed an answer during which a process keeps its copies current."""


LONGEST_PAUSE_SECONDS = 10.0
"""Longest pause between two snapshots while change streams report nothing: the layers' state changes as time passes,
and streams may miss something."""


TYPES = tuple(SPEED_TYPES)


@dataclass(kw_only=True)
class Watcher:
    """Looks for changes, and bumps generations. One thread calls it.

    Args:
        service: its answers are invalidated; it knows the layers' state, the documents and the generations.
        leader: the claim to lead.
        batch, speed: change streams of both collections; events of ``speed`` hold their documents.
        contract: reads the speed documents of events; knows the spellings of their type.
        monotonic: seconds of a monotonic clock.

    Attributes:
        is_leader: whether this process leads.
        batch_noticed: when the batch layer was last seen to change; only the leader knows.
    """

    service: MergeService
    leader: Leader
    batch: ChangeStream
    speed: ChangeStream
    contract: Contract
    monotonic: Callable[[], float] = time.monotonic
    is_leader: bool = field(default=False, init=False)
    batch_noticed: datetime | None = field(default=None, init=False)
    _before: LayerSnapshot | None = field(default=None, init=False)
    _state: bytes = field(default=b"", init=False)
    _outage: Outage = field(default_factory=lambda: Outage(_log), init=False)
    _looked_at: float = field(default=float("-inf"), init=False)
    _is_new: bool = field(default=False, init=False)
    _has_news: bool = field(default=False, init=False)
    _sync_forms: frozenset[StampForm] = field(default=frozenset(), init=False)

    def __post_init__(self) -> None:
        self._pending = PendingInvalidations(TYPES, self.monotonic)
        # Changes that only this process found; kept until they are bumped, whichever process leads.
        self._missed = PendingInvalidations(TYPES, self.monotonic)
        hours, self._rewritten = self.service.hours, RewrittenHours()
        self._streams = StreamEvents(
            self.batch, self.speed, self.contract, hours.is_unchanged, self._is_found, self._pending, self.monotonic
        )

    def tick(self) -> frozenset[str]:
        """Looks for changes if a look is due, and bumps the generations that they invalidate.

        Returns:
            The generations that were bumped. A follower bumps only what a full reread found. The leader may not have
            found that yet, or may have found it when this process's answers still lacked it.
        """
        try:
            self._elect()
            news = self._read_streams() if self.is_leader else StreamNews()
            seen = self._refresh() if self._is_look_due(news) else None
            if seen is not None and (not self.is_leader or self._collect_changes(*seen)):
                self._outage.note_success()
            if not self.is_leader:
                return self._bump_missed(Changes() if seen is None else seen[1])
            return self._bump_missed(Changes()) | self._bump()
        except RedisTrouble:
            return frozenset()  # the link logs it; what is due stays due

    def stop(self) -> None:
        """Lets another process lead."""
        try:
            self.leader.resign(self._state)
        except RedisTrouble:
            return
        finally:
            self._stand_down()

    def _elect(self) -> None:
        try:
            leadership = self.leader.hold(self._state)
        except RedisTrouble:
            self.is_leader = False  # its state and what is due are kept: no other process can lead either
            return
        self.is_leader = leadership.is_leader
        if not leadership.is_leader:
            self._stand_down()
            self._have_reread(self._rewritten.hear(leadership.news))
        elif leadership.is_new:
            self._take_over(leadership)

    def _is_look_due(self, news: StreamNews) -> bool:
        """Whether to read the layers' state: for answers that this process computes, or because it may have changed."""
        now = self.monotonic()
        has_news, self._has_news = self._has_news, False
        if has_news or now - self.service.computed_at < IN_USE_SECONDS:
            return True
        is_due = news.may_have_changed or now - self._looked_at >= LONGEST_PAUSE_SECONDS
        return self.is_leader and (is_due or self._has_publication_changed())

    def _has_publication_changed(self) -> bool:
        """Whether other batch runs may be published than at the last look, which no change stream reports.

        Requirement M12.
        """
        try:
            with pymongo.timeout(TIMEOUT_SECONDS):
                mark = self.service.store.refresh().mark
        except StoreError:
            return True  # the look will meet the same error, and log it
        return self._before is None or mark != self._before.runs

    def _stand_down(self) -> None:
        self._streams.close()
        self._pending.clear()
        self._before, self.batch_noticed, self._state = None, None, b""

    def _take_over(self, leadership: Leadership) -> None:
        """Begins where the last leader ended; what it may not have finished is done again."""
        self._stand_down()
        known = KnownState.decode(leadership.state)
        if known is None:
            self._pending.add_all()
            return
        self._before, self.batch_noticed, self._is_new = known.snapshot, known.batch_noticed, True
        self._streams.resume(known.tokens)
        for data_type in TYPES:
            self._pending.add_type(data_type)
        still_due_from = self.service.boundary().now - timedelta(seconds=BATCH_REPEATS[-1])
        if known.batch_noticed is not None and known.batch_noticed > still_due_from:
            self._pending.add_batch()

    def _refresh(self) -> tuple[LayerSnapshot, Changes] | None:
        """Refreshes the process's copies; returns a snapshot of both layers, and what changed."""
        try:
            with pymongo.timeout(TIMEOUT_SECONDS):
                boundary, layers, changes = self.service.refresh()
        except StoreError as error:
            self._outage.note_failure(error)
            return None
        self._looked_at, self._sync_forms = self.monotonic(), layers.sync_forms
        return LayerSnapshot.of(boundary, layers), changes

    def _collect_changes(self, now: LayerSnapshot, changes: Changes) -> bool:
        try:
            with pymongo.timeout(TIMEOUT_SECONDS):
                if self._before is not None:
                    # In the hours that this process keeps, also documents edited or deleted without a new stamp.
                    _add_changes(changes.movies, self._pending)
                    self._compare(self._before, now, changes)
        except StoreError as error:
            self._outage.note_failure(error)
            return False
        self._before, self._is_new = now, False
        return True

    def _read_streams(self) -> StreamNews:
        news = self._streams.read()
        if news.batch_changed:
            self._note_batch()
        boundary = self.service.boundary()
        taken = self._streams.take_rewritten()
        rewritten = [each for each in taken if each[1] is None or boundary.uses_speed_hour(each[1])]
        self._have_reread(rewritten)
        self._rewritten.note(rewritten, self.monotonic())
        if hours := self._rewritten.encode(self.monotonic()):
            self.leader.pass_on(hours, NEWS_SECONDS)
        return news

    def _is_found(self, data_type: str, stamp: datetime | None) -> bool:
        return self.service.hours.finds(data_type, stamp, self.service.boundary())

    def _have_reread(self, hours: Iterable[Rewritten]) -> None:
        for name, hour in hours:
            if name == BATCH:
                self.service.batch_changed_at = self.monotonic()
            else:
                self.service.hours.note_rewritten(name, hour)
            self._has_news = True

    def _compare(self, before: LayerSnapshot, now: LayerSnapshot, changes: Changes) -> None:
        found = differences(before, now)
        if found.batch and not self._pending.has_recent(BATCH_GENERATION, RECENT_SECONDS):
            self._note_batch()
        if found.stale:
            self._pending.add_batch_age()
        for data_type, since in found.synced.items():
            # Where the copies were kept all the while, they know what is new: a newer stamp alone is no news.
            if self._is_new or data_type in changes.starts:
                self._pending.add_type(data_type)
                self._add_movies_since(data_type, since, now.at)
        for data_type in found.statuses:
            self._pending.add_status(data_type)

    def _add_movies_since(self, data_type: str, since: datetime | None, now: datetime) -> None:
        """Adds the movies written since the newest sync before, and a little earlier.

        For a new leader, whose copies may have got a change that the former one had not bumped yet.
        """
        spans = stamp_ranges(EPOCH if since is None else since - OVERLAP, now + CLOCK_SKEW, self._sync_forms)
        found: list[Document] = []
        for (key, name), span in product(self.contract.aliases.spellings_of_type(data_type), spans):
            wanted: Mapping[str, Any] = {key: name, "synced_at": span}
            found += self.service.store.find(Find(SPEED, wanted, only=("movie_id",), limit=MAX_MOVIES + 1))
        if not 0 < len(found) <= MAX_MOVIES:
            self._pending.add_any_movie()
        else:
            self._pending.add_movies(movie_id for movie_id in map(readable_movie, found) if movie_id is not None)

    def _note_batch(self) -> None:
        self.batch_noticed = self.service.boundary().now
        self._pending.add_batch()
        self._rewritten.note([(BATCH, None)], self.monotonic())
        self.service.batch_changed_at = self.monotonic()

    def _bump_missed(self, changes: Changes) -> frozenset[str]:
        _add_changes(changes.missed, self._missed)
        names = self._missed.due_names()
        self.service.cache.redis_tier.advance(names)
        self._missed.mark_bumped(names)
        return names

    def _bump(self) -> frozenset[str]:
        names = self._pending.due_names()
        self.service.cache.redis_tier.advance(names)
        self._pending.mark_bumped(names)
        if self._before is not None and not self._pending.is_behind:
            self._state = KnownState(self._before, self.batch_noticed, self._streams.tokens).encode()
        return names


def _add_changes(changed: ChangedMovies, pending: PendingInvalidations) -> None:
    for data_type, movies in changed.items():
        pending.add_type(data_type)
        if movies is None:
            pending.add_any_movie()
        else:
            pending.add_movies(movies)
