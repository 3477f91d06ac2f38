"""What the leader tells the other processes of rewritten hours."""

from __future__ import annotations

from datetime import UTC, datetime

from merger.invalidation.rewritten import NEWS_SECONDS, RewrittenHours

HOUR = datetime(2026, 5, 4, 15, tzinfo=UTC)


def test_other_processes_hear_each_rewriting_once() -> None:
    leader, other = RewrittenHours(), RewrittenHours()
    leader.note([("stats", HOUR), ("sentiment", None)], 100.0)
    assert other.hear(leader.encode(100.0)) == {("stats", HOUR), ("sentiment", None)}
    assert other.hear(leader.encode(101.0)) == frozenset()
    leader.note([("stats", HOUR)], 102.0)
    assert other.hear(leader.encode(102.0)) == {("stats", HOUR)}


def test_rewritten_hours_are_told_for_a_while() -> None:
    leader = RewrittenHours()
    assert leader.encode(100.0) == b""
    leader.note([("stats", HOUR)], 100.0)
    assert leader.encode(100.0 + NEWS_SECONDS - 1)
    assert leader.encode(100.0 + NEWS_SECONDS) == b""


def test_what_another_version_tells_is_ignored() -> None:
    assert RewrittenHours().hear(b'{"of": "another version"}') == frozenset()
    assert RewrittenHours().hear(None) == frozenset()
