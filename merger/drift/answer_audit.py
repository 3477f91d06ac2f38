"""Compares kept answers with the batch layer, a movie at a time, beside the requests.

Requirement M16.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from merger import meters
from merger.contract.documents import Contract
from merger.core.boundary import Boundary, Layers, Strategy
from merger.core.windows import DAY, midnight
from merger.drift.days import DATA_TYPE, BatchDay, Sample
from merger.drift.quality import AGES, KeptAnswer, Tally, compare_answer, days_of
from merger.drift.sampling import AnswerSample
from merger.drift.shared_answers import SharedAnswers
from merger.stores.redis.link import RedisTrouble
from merger.stores.store import PAUSE_SECONDS, Store
from merger.views.plans import PlanContext, movie_reads

EQUAL, DIFFERENT, INCOMPLETE = "equal", "different", "incomplete"
BATCH_COUNT, MISSING, EXTRA = "batch", "missing", "extra"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AnswerAudit:
    """Keeps the sampled answers of this process, and compares those of all.

    Args:
        layers: returns the current boundary and the state of both layers, as ``MergeService.layers`` does.
        store: holds the documents. It is read outside any request's deadline and bulkhead.
        contract: reads the documents.
        sample: the sampled answers of this process.
        shared: the kept answers and the results of all processes.
    """

    layers: Callable[[tuple[str, ...]], tuple[Boundary, Layers]]
    store: Store
    contract: Contract
    sample: AnswerSample
    shared: SharedAnswers

    def __post_init__(self) -> None:
        for age in AGES:
            _count(age, Tally())  # a series that appears with its first event begins too late for `increase`

    def keep(self) -> None:
        """Keeps what was sampled since the last call; while Redis is away it is lost."""
        try:
            self.shared.keep(day for answer in self.sample.take() for day in days_of(answer))
        except RedisTrouble:
            return

    def compare(self) -> None:
        """Compares the kept answers about days that the batch layer covers by now; the others go on waiting.

        Raises:
            StoreError: the store failed; all go on waiting.
            RedisTrouble: Redis, where the answers are, does not answer.
        """
        boundary, layers = self.layers((DATA_TYPE,))
        # The configured strategy decides what answers are made from; here the batch is judged by what it holds.
        boundary = replace(boundary, policy=replace(boundary.policy, strategy=Strategy.WATERMARK))
        waiting = self.shared.waiting(boundary.now)
        days = self._read_days(waiting, boundary, layers)
        found = [(answer, batch) for answer in waiting if (batch := _count_of(answer, days[answer.day])) is not None]
        results = defaultdict[tuple[str, str], Tally](Tally)
        for answer, batch in found:
            results[answer.day, answer.age] += compare_answer(answer, batch)
        # First this, so that a failure in between loses results rather than counts answers twice.
        self.shared.forget(answer for answer, _ in found)
        self.shared.add(results)
        for (_, age), tally in results.items():
            _count(age, tally)
        if found:
            _log.info("%d answers were compared with the batch layer, %d wait", len(found), len(waiting) - len(found))

    def _read_days(self, answers: list[KeptAnswer], boundary: Boundary, layers: Layers) -> Mapping[str, BatchDay]:
        days = {day: BatchDay(midnight(day), boundary, Sample()) for day in {answer.day for answer in answers}}
        context = PlanContext(None, boundary, layers, self.contract.aliases)
        for movie_id in {answer.movie_id for answer in answers}:
            for read in movie_reads(movie_id, (DATA_TYPE,), context, speed_from=None):
                documents = self.contract.read(batch=self.store.find(read))
                for day in days.values():
                    day.add(documents)
                time.sleep(PAUSE_SECONDS)
        return days


def _count_of(answer: KeptAnswer, day: BatchDay) -> int | None:
    """What the batch layer counts of a day; ``None``: it does not cover it, or a document of it can't be read."""
    if day.day + DAY > day.boundary.now or not day.is_covered or answer.movie_id in day.doubtful:
        return None
    return day.events(answer.movie_id)


def _count(age: str, tally: Tally) -> None:
    """Adds to the metrics."""
    meters.LIVE_ANSWERS.labels(age, EQUAL).inc(tally.answers - tally.different)
    meters.LIVE_ANSWERS.labels(age, DIFFERENT).inc(tally.different)
    meters.LIVE_ANSWERS.labels(age, INCOMPLETE).inc(tally.incomplete)
    meters.LIVE_ANSWER_REVIEWS.labels(age, BATCH_COUNT).inc(tally.batch)
    meters.LIVE_ANSWER_REVIEWS.labels(age, MISSING).inc(tally.missing)
    meters.LIVE_ANSWER_REVIEWS.labels(age, EXTRA).inc(tally.extra)
