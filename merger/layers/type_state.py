"""What the documents of one speed data type prove, kept current with a few cheap reads.

Each hour that is held has a *witness*: the id of one readable document or heartbeat. A refresh checks that the
witnesses still exist (one find by id), that nothing newer arrived (one range), and whether known gaps have been filled
(one range each). A document that can't be read proves nothing. Requirements D2 and M8.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from merger.contract.collections import SPEED
from merger.contract.documents import Contract
from merger.core.boundary import Boundary
from merger.core.intervals import as_intervals, closed_hours
from merger.core.stamps import ABSENT, stamp_ranges
from merger.core.windows import HOUR
from merger.layers.newest import Newest, NewestSearch, finds_any
from merger.layers.silence import MOST_COUNTED, RATE_PERIOD, Seen
from merger.layers.type_forms import NEVER, TypeForms
from merger.layers.witness import Witness, WitnessReader, is_alive, stamps_of
from merger.stores.store import Document, Find, Store

_PAGE, _WHOLE_HOUR = 20, 2_000
"""Documents of an hour to read for a readable one; and, if those prove nothing, the most of it."""


_HOURS_AT_ONCE = 12
"""Hours without a witness to search together, before each is searched by itself."""


THOROUGH_INTERVAL = 30.0
"""Seconds between two refreshes that read every witness again and look for documents without an hour or a stamp under
our name; and between two searches for forms, where no thread of its own finds them."""


DOUBT_INTERVAL = 300.0
"""Seconds between two closer looks at an hour without a sign of life, at one full of unreadable documents, and at the
rate before a silence."""


@dataclass
class TypeState:
    """The state of one speed data type. For one caller at a time, which holds ``lock``.

    Args:
        store: holds the documents.
        contract: reads them.
        data_type: the type.
        monotonic: a monotonic clock, in seconds.

    Attributes:
        seen: what was proven at the last refresh.
        has_doubts: whether an hour since the first held one is silent, or has no sign of life near its end.
        forms: how producers write the type.
        read_at: when the last refresh began.
    """

    store: Store
    contract: Contract
    data_type: str
    monotonic: Callable[[], float]
    seen: Seen = field(default_factory=Seen)
    has_doubts: bool = False
    read_at: float = NEVER
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._witnesses: dict[datetime, Witness] = {}
        self._looked: dict[datetime, float] = {}
        self._newest = Newest()
        self._other_sync: datetime | None = None
        self._reader = WitnessReader(self.contract, self.data_type)
        spellings = tuple(self.contract.aliases.spellings_of_type(self.data_type))
        self.forms = TypeForms(self.store, self.data_type, spellings, self.monotonic)
        self._thorough_at = NEVER
        self._counts: dict[datetime, tuple[int, float]] = {}

    def _is_doubtful(self, boundary: Boundary) -> bool:
        held, alive = self.seen.held, self.seen.alive
        closed = closed_hours(min(held, default=boundary.open_hour), boundary.open_hour, None)
        return bool(held) and (boundary.open_hour not in held or not alive.issuperset(closed))

    def refresh(self, boundary: Boundary, *, forms_age: float) -> None:
        """Brings the state up to date.

        Args:
            boundary: the present time boundary.
            forms_age: the most seconds since the forms were found, if they ever were.

        Raises:
            StoreError: from the store; what is known so far is kept.
        """
        began = self.monotonic()
        thorough = began - self._thorough_at > THOROUGH_INTERVAL
        self.forms.find(forms_age)
        self._check_witnesses(boundary, whole=thorough)
        search = NewestSearch(self.store, SPEED, "synced_at", lambda raw: self._take(raw, boundary))
        self._newest = search.find_newest(self.forms.filters, self._newest, boundary.now, self.forms.of_stamps)
        if thorough:
            self._read_undated(boundary)
            self._other_sync = self._find_other_sync(boundary)
            self._thorough_at = self.monotonic()
        self._probe_hours(boundary)
        self._look_for_life(boundary)
        seen = self._summarise(boundary)
        if seen.held != self.seen.held:
            self._counts.clear()  # other documents came before a silence than were counted
        self.seen = seen
        self.has_doubts = self._is_doubtful(boundary)
        self.read_at = began

    def count_before(self, start: datetime) -> int:
        """The number of documents in the ``RATE_PERIOD`` before an hour, at most ``MOST_COUNTED``; kept for a while."""
        count, counted_at = self._counts.get(start, (0, NEVER))
        if self.monotonic() - counted_at > DOUBT_INTERVAL:
            pages = self._pages(start - RATE_PERIOD, start, MOST_COUNTED, only=("hour",))
            count = min(MOST_COUNTED, len({document["_id"] for page in pages for document in page}))
            self._counts[start] = (count, self.monotonic())
        return count

    def _summarise(self, boundary: Boundary) -> Seen:
        witnesses = self._witnesses
        stamps = [self._newest.value, self._other_sync, *(each.synced_at for each in witnesses.values())]
        return Seen(
            held=frozenset(witnesses),
            alive=frozenset(hour for hour, each in witnesses.items() if each.is_alive),
            synced_at=max((stamp for stamp in stamps if stamp is not None and stamp <= boundary.now), default=None),
            beats=frozenset(hour for hour, each in witnesses.items() if each.is_beat),
        )

    def _check_witnesses(self, boundary: Boundary, *, whole: bool) -> None:
        """Drops the hours whose witness is gone or can't be read any more.

        Args:
            boundary: the present time boundary.
            whole: whether to read every witness again, or only those with another stamp.
        """
        known = {each.id: hour for hour, each in self._witnesses.items()}
        if not known:
            return
        found = self._find_ids(list(known), () if whole else ("hour", "synced_at"))
        kept: dict[datetime, Witness] = {}
        if not whole:
            same = {raw["_id"] for raw in found if stamps_of(raw) == self._witnesses[known[raw["_id"]]].stamps}
            kept = {known[id_]: self._witnesses[known[id_]] for id_ in same}
            found = self._find_ids([raw["_id"] for raw in found if raw["_id"] not in same])
        for raw in found:
            hour = known[raw["_id"]]
            witness = self._reader.witness_in(raw, hour, boundary)
            if witness is not None:
                kept[hour] = replace(witness, is_alive=witness.is_alive or self._witnesses[hour].is_alive)
        self._witnesses = kept

    def _probe_hours(self, boundary: Boundary) -> None:
        """Looks for witnesses of hours that have none."""
        usable = closed_hours(boundary.speed_from, boundary.open_hour + HOUR, None)
        for known in (self._witnesses, self._looked):
            for expired in known.keys() - set(usable):
                del known[expired]
        for hour in self._hours_to_probe(usable, boundary):
            self._take_witness(hour, self._find_witness(hour, boundary)[0])

    def _hours_to_probe(self, usable: Sequence[datetime], boundary: Boundary) -> list[datetime]:
        """Hours without a witness, in gaps that contain a readable document, or too many others to tell."""
        result: list[datetime] = []
        is_first_search = self.read_at == NEVER and self._newest.value is not None
        for start, end in as_intervals(hour for hour in usable if hour not in self._witnesses):
            hours = closed_hours(start, end, None)
            if is_first_search or len(hours) <= _HOURS_AT_ONCE or self._may_hold(hours, boundary):
                for first in range(0, len(hours), _HOURS_AT_ONCE):
                    some = hours[first : first + _HOURS_AT_ONCE]
                    # Some servers read a whole range to tell that it holds anything, so one hour is asked for first.
                    witness, is_crowded = self._find_witness(some[-1], boundary) if is_first_search else (None, False)
                    if witness is None:
                        result += self._may_hold(some, boundary)
                    else:
                        self._witnesses[some[-1]] = witness
                        is_done = not is_crowded and self._find_witnesses(some[:-1], boundary)
                        result += [] if is_done else some[:-1]
        return result

    def _find_witnesses(self, hours: Sequence[datetime], boundary: Boundary) -> bool:
        """Looks for witnesses of some adjacent hours at once.

        Returns:
            Whether that settled it: ``False`` if they hold more documents than one find for each would read.
        """
        most = _PAGE * len(hours)
        pages = list(self._pages(hours[0], hours[-1] + HOUR, most)) if hours else []
        if any(len(page) >= most for page in pages):
            return False
        for hour, documents in self._reader.by_hour(pages, hours).items():
            self._looked[hour] = self.monotonic()
            best, _ = self._reader.best_of(hour, [documents], boundary)
            self._take_witness(hour, self._with_life(hour, best, boundary))
        return True

    def _take_witness(self, hour: datetime, witness: Witness | None) -> None:
        if witness is not None:
            self._witnesses[hour] = witness

    def _may_hold(self, hours: Sequence[datetime], boundary: Boundary) -> Sequence[datetime]:
        """Those of some adjacent hours that may have a witness: all or none, as far as one find tells."""
        is_crowded = False
        for page in self._pages(hours[0], hours[-1] + HOUR, _PAGE) if hours else ():
            if any(self._reader.witness_in(raw, None, boundary) is not None for raw in page):
                return hours
            is_crowded = is_crowded or len(page) >= _PAGE
        due = self.monotonic() - DOUBT_INTERVAL
        return [hour for hour in hours if self._looked.get(hour, NEVER) < due] if is_crowded else ()

    def _look_for_life(self, boundary: Boundary) -> None:
        """Looks again for signs of life near the end of closed hours that had none."""
        for hour, witness in list(self._witnesses.items()):
            if witness.is_alive or hour >= boundary.open_hour:
                continue
            pace = THOROUGH_INTERVAL if hour >= boundary.open_hour - 2 * HOUR else DOUBT_INTERVAL
            if self.monotonic() - self._looked.get(hour, NEVER) > pace:
                self._take_witness(hour, self._find_witness(hour, boundary)[0])

    def _find_witness(self, hour: datetime, boundary: Boundary) -> tuple[Witness | None, bool]:
        """Looks for a witness of an hour: a sign of life, if there is one. Says whether it held a whole page."""
        self._looked[hour] = self.monotonic()
        best, longest = self._reader.best_of(hour, self._pages(hour, hour + HOUR, _PAGE), boundary)
        best = self._with_life(hour, best, boundary)
        is_crowded = longest >= _PAGE
        if is_crowded and (best is None or not (best.is_alive or hour >= boundary.open_hour)):
            best = self._reader.best_of(hour, self._pages(hour, hour + HOUR, _WHOLE_HOUR), boundary)[0] or best
        return best, is_crowded

    def _with_life(self, hour: datetime, witness: Witness | None, boundary: Boundary) -> Witness | None:
        """The witness as a sign of life, if another hour's document is one."""
        if witness is None or witness.is_alive or hour >= boundary.open_hour:
            return witness
        return replace(witness, is_alive=self._was_alive_at_end(hour, boundary))

    def _was_alive_at_end(self, hour: datetime, boundary: Boundary) -> bool:
        """Whether anything was written shortly before the end of an hour."""
        end = hour + HOUR
        spans = stamp_ranges(end - boundary.policy.speed_lag_limit, end, self.forms.of_stamps)
        wanted = ({**each, "synced_at": span} for each in self.forms.filters for span in spans)
        finds = (Find(SPEED, each, limit=_PAGE) for each in wanted)
        read = (self._reader.read(raw) for find in finds for raw in self.store.find(find))
        return any(each is not None and is_alive(hour, each.synced_at, boundary) for each in read)

    def _pages(self, start: datetime, end: datetime, most: int, only: tuple[str, ...] = ()) -> Iterator[list[Document]]:
        """Documents of some hours, found under each spelling of the type and in each form of the hour."""
        for key, name in self.forms.in_use:
            for span in stamp_ranges(start, end, self.forms.of_hours - {ABSENT}):
                page = self.store.find(Find(SPEED, {key: name, "hour": span}, only=only, limit=most))
                if page:
                    yield page

    def _find_ids(self, ids: Sequence[Any], only: tuple[str, ...] = ()) -> list[Document]:
        return self.store.find(Find(SPEED, {"_id": {"$in": list(ids)}}, only=only)) if ids else []

    def _find_other_sync(self, boundary: Boundary) -> datetime | None:
        """The newest stamp of the last two hours, if documents have it under another name, which no range finds."""
        wanted = ({**each, "synced_at": {"$eq": None}} for each in self.forms.filters)
        if not any(finds_any(self.store, SPEED, each) for each in wanted):
            return None
        pages = self._pages(boundary.open_hour - HOUR, boundary.open_hour + HOUR, _WHOLE_HOUR)
        read = (self._reader.witness_in(raw, None, boundary) for page in pages for raw in page)
        return max((each.synced_at for each in read if each and each.synced_at <= boundary.now), default=None)

    def _take(self, raw: Document, boundary: Boundary) -> bool:
        """Whether a document that the search met can be read; then it may be the witness of an hour."""
        read = self._reader.read(raw)
        if read is None:
            return False
        self.forms.note_hour(raw.get("hour"))
        known = self._witnesses.get(read.hour)
        if boundary.uses_speed_hour(read.hour) and (known is None or not known.is_alive):
            witness = self._reader.witness_in(raw, read.hour, boundary)
            if witness is not None and (known is None or witness.is_alive):
                self._witnesses[read.hour] = witness
        return True

    def _read_undated(self, boundary: Boundary) -> None:
        """Reads documents that have their hour under another name, which no range of hours finds."""
        for each in self.forms.filters if ABSENT in self.forms.of_hours else ():
            for raw in self.store.find(Find(SPEED, {**each, "hour": {"$eq": None}}, limit=_WHOLE_HOUR)):
                self._take(raw, boundary)
