"""Runs one fault from beginning to end: load, fault, repair, recovery, and the verdict on every answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from tests.integration.faults.figures import Course, Key, Outcome, Sample, recovery
from tests.integration.faults.judge import Known, Verdict, difference, judged
from tests.integration.faults.load import Caller, Load
from tests.integration.faults.rules import RECOVERY, Broken, Rules, Terms
from tests.integration.faults.serving import NotMended
from tests.integration.faults.stage import HELD_IN_PROCESS, Stage
from tests.integration.faults.world import without_strict

RATE = 60.0
"""Requests per second."""

_TAIL = 1.0
"""Seconds of load after the recovery."""

Act = Callable[[Stage], None]


def nothing(stage: Stage) -> None:
    """Does nothing: for faults that need no preparation or repair of their own."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong.

    Args:
        name: a word or three.
        produced: how it is made here.
        seen: what a client sees.
        signs: what an operator sees.
        recovery: what brings the service back.
        begin: makes it.
        end: takes it away; returns when the store is back.
        ready: what has to happen before it, while all is well.
        terms: what it may do that others may not.
        short: whether the short form has it.
    """

    name: str
    produced: str
    seen: str
    signs: str
    recovery: str
    begin: Act
    end: Act
    ready: Act = nothing
    terms: Terms = field(default_factory=Terms)
    short: bool = True


@dataclass(frozen=True, slots=True)
class Pace:
    """Lengths of the phases, in seconds."""

    before: float
    during: float


LONG, SHORT = Pace(before=4.0, during=15.0), Pace(before=2.5, during=6.5)


class WorldMoved(Exception):
    """The known world has changed, so answers can't be judged."""


def suffered(fault: Fault, stage: Stage, pace: Pace) -> tuple[Outcome, list[Broken]]:
    """Runs a fault; returns its outcome and the broken rules.

    Raises:
        WorldMoved: the answers before it are none that others can be compared with.
    """
    known = _known(stage, stage.questions.cached)
    fault.ready(stage)
    load = Load(stage.server.port, RATE, stage.questions.next)
    begun = load.start()
    time.sleep(pace.before)
    try:
        broken = time.monotonic()
        fault.begin(stage)
        time.sleep(max(0.0, broken + pace.during - time.monotonic()))
        mending = time.monotonic()
        stuck = _ended(fault, stage)
        mended = time.monotonic()
        if not fault.terms.ends_server:
            # The right answer to a new request is not known yet, so a number is trusted only once none may be old.
            time.sleep(fault.terms.in_motion)
            _wait_for_recovery(load, known, mended)
    finally:
        ended = load.stop()
    course = Course(begun, broken, mending, mended, ended)
    outcome, broken_rules = _verdict(fault, stage, course, load.samples, known)
    return outcome, [*stuck, *broken_rules]


def _ended(fault: Fault, stage: Stage) -> list[Broken]:
    try:
        fault.end(stage)
    except NotMended as error:
        return [Broken("recovers by itself", str(error))]
    return []


def _wait_for_recovery(load: Load, known: Mapping[str, Known], mended: float) -> None:
    while time.monotonic() < mended + RECOVERY + 2 * _TAIL:
        time.sleep(0.25)
        seen = [(sample, _provisional(sample, known)) for sample in list(load.samples)]
        if all(recovery(seen, key, mended) is not None for key in (Key.CACHED, Key.NEW)):
            break
    time.sleep(_TAIL)


def _provisional(sample: Sample, known: Mapping[str, Known]) -> Verdict | None:
    """Verdict under the fault, while the right answer to a new request is not known yet."""
    return None if sample.key is Key.HEALTH else judged(sample.reply, known.get(without_strict(sample.path)))


def _verdict(
    fault: Fault, stage: Stage, course: Course, samples: list[Sample], known: Mapping[str, Known]
) -> tuple[Outcome, list[Broken]]:
    if fault.terms.ends_server:
        stage.stop_server()
        stage.start_server()
    time.sleep(max(0.0, course.mended + fault.terms.in_motion - time.monotonic()))
    asked = {sample.path for sample in samples if sample.key is Key.NEW and sample.reply.status in (200, 404)}
    moved: list[Broken] = []
    after: dict[str, Known] = {}
    try:
        after = _known(stage, [*stage.questions.cached, *sorted(asked)])
    except WorldMoved as error:
        moved.append(Broken("answers as before once it is over", str(error)))
    for path, before in known.items():
        if path in after and after[path] != before:
            what = difference(after[path].content, before.content) or f"{after[path].warnings}, not {before.warnings}"
            moved.append(Broken("answers as before once it is over", f"{path}: {what}"))
    right = {**after, **known}
    judgements = [
        (sample, None if sample.key is Key.HEALTH else judged(sample.reply, right.get(without_strict(sample.path))))
        for sample in sorted(samples, key=lambda sample: sample.sent)
    ]
    outcome = Outcome(course, judgements, _differences(judgements, right))
    return outcome, [*Rules(fault.terms).broken(outcome), *moved[:3]]


def _differences(judgements: Iterable[tuple[Sample, Verdict | None]], right: Mapping[str, Known]) -> dict[str, str]:
    """Locates the differences of the first wrong answers."""
    found: dict[str, str] = {}
    for sample, verdict in judgements:
        if verdict is Verdict.WRONG and len(found) < 3:
            known = right.get(without_strict(sample.path))
            found[sample.path] = (
                difference(Known.of(sample.reply.body).content, known.content) if known else "no answer"
            )
    return found


def _known(stage: Stage, paths: Iterable[str]) -> dict[str, Known]:
    """Collects the right answers from a service with an empty cache.

    Raises:
        WorldMoved: an answer is none, or says that something is amiss.
    """
    stage.forget()
    time.sleep(HELD_IN_PROCESS)
    caller, found = Caller(stage.server.port), dict[str, Known]()
    for path in paths:
        sample = caller.ask(Key.NEW, path)
        if sample.reply.status != HTTPStatus.OK or sample.reply.cache == "STALE":
            caller.close()
            text = sample.reply.body[-300:].decode(errors="replace")
            raise WorldMoved(
                f"{path} is answered with {sample.reply.status} {sample.reply.cache} {sample.error}: …{text}"
            )
        found[path] = Known.of(sample.reply.body)
    caller.close()
    return found
