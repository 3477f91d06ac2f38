"""Changes that newer stamps don't show, which the leader passes on to the other processes. Pure.

Only the leader reads change streams, and every process keeps copies that it brings up to date by newer stamps.
Requirement C6.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from merger.invalidation.snapshot import Moment

NEWS_SECONDS = 30.0
"""Seconds for which the leader names an hour."""

Rewritten = tuple[str, Moment | None]
"""A data type and an hour of the speed layer, ``None`` if documents of unknown hours were deleted; or the name of the
batch collection and ``None``."""

_Entry = tuple[str, Moment | None, float]
"""Type, hour, and when it was noted: an hour that is rewritten twice is two entries."""


@dataclass(slots=True)
class RewrittenHours:
    """What this process passes on as the leader, and what it has heard. Times are seconds of a monotonic clock."""

    _noted: dict[Rewritten, float] = field(default_factory=dict, init=False)
    _heard: frozenset[_Entry] = field(default=frozenset(), init=False)

    def note(self, hours: Iterable[Rewritten], at: float) -> None:
        """Notes what was rewritten."""
        self._noted.update(dict.fromkeys(hours, at))

    def encode(self, now: float) -> bytes:
        """The news for the other processes: what was noted in the last ``NEWS_SECONDS``; empty if that is nothing."""
        self._noted = {hour: at for hour, at in self._noted.items() if now - at < NEWS_SECONDS}
        entries = [(data_type, hour, at) for (data_type, hour), at in self._noted.items()]
        return msgspec.json.encode(entries) if entries else b""

    def hear(self, news: bytes | None) -> frozenset[Rewritten]:
        """Returns what was not in the news before. News of another form is ignored."""
        before = self._heard
        try:
            self._heard = msgspec.json.decode(news or b"[]", type=frozenset[_Entry])
        except msgspec.DecodeError:
            self._heard = frozenset()
        return frozenset((data_type, hour) for data_type, hour, _ in self._heard - before)
