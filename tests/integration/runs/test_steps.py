"""Steps of runs with a hook around them, on a real store: what readers see after each answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from merger.contract.documents import Contract
from merger.core.boundary import Boundary
from merger.core.windows import DAY
from merger.gates.limits import Limits
from merger.hooks.answers import Answer, HookFault, Word
from merger.hooks.steps import HookRefused, RunSteps
from merger.runs.publisher import NotPublishable, RunPublisher
from tests.unit.merger.documents import at, batch_view
from tests.unit.merger.examples import DETAILS

NOW = at("2026-03-10 10:30")
LIMITS = Limits(documents_lost=1, documents_gained=9, violations=1, vanished=1, coverage_lost=9 * DAY)


@dataclass
class Scripted:
    """Answers by the kind of event; "proceed" if nothing is written."""

    answers: Mapping[str, Answer | HookFault] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def ask(self, kind: str, data: Mapping[str, Any]) -> Answer:
        self.asked.append((kind, data))
        answer = self.answers.get(kind, Answer(Word.PROCEED))
        if isinstance(answer, HookFault):
            raise answer
        return answer

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.asked]


@pytest.fixture
def database(mongo_uri: str) -> Iterator[Database[dict[str, Any]]]:
    with MongoClient[dict[str, Any]](mongo_uri, tz_aware=True) as client:
        found = client["steps"]
        for run_id, covers, movies in (("old", NOW - 2 * DAY, (1, 2, 3)), ("new", NOW - DAY, (1, 2))):
            found["batch_views"].insert_many(
                batch_view("movie_details", DETAILS, covers, movie_id=each, batch_run_id=run_id) for each in movies
            )
        RunPublisher(found, Contract(), lambda: Boundary(NOW), LIMITS).publish("old")
        found["batch_runs"].update_many({}, {"$set": {"read": True}})
        yield found
        client.drop_database("steps")


def steps(database: Database[dict[str, Any]], hook: Scripted | None, limits: Limits = LIMITS) -> RunSteps:
    return RunSteps(RunPublisher(database, Contract(), lambda: Boundary(NOW), limits), hook)  # type: ignore[arg-type]


def stored(database: Database[dict[str, Any]]) -> list[Any]:
    return [sorted(database[name].find(), key=str) for name in ("batch_runs", "batch_views")]


def status_of(database: Database[dict[str, Any]], run_id: str) -> Any:
    publisher = RunPublisher(database, Contract(), lambda: Boundary(NOW), LIMITS)
    return next(run.status for run in publisher.runs() if run.run_id == run_id)


def test_the_hook_is_asked_before_and_after_with_what_the_step_is_about(database: Database[dict[str, Any]]) -> None:
    hook = Scripted()
    assert steps(database, hook).publish("new").status == "published"
    assert hook.kinds == ["run.publish.before", "run.publish.after"]
    for _, data in hook.asked:
        assert (data["step"], data["run"], data["documents"]["movie_details"]) == ("publish", "new", 2)
        assert (data["force"], data["because"], data["faults"]) == (False, "", [])
        assert {"documents", "coverage"} <= {gate["gate"] for gate in data["gates"]}
        assert set(data["gates"][0]) == {"gate", "state", "worst", "limit"}


@pytest.mark.parametrize(
    "answer",
    [Answer(Word.ABORT, "freeze"), Answer(Word.ROLL_BACK, "freeze"), HookFault("freeze")],
    ids=["abort", "roll back", "fault"],
)
def test_before_a_step_nothing_but_proceed_lets_it_change_anything(
    database: Database[dict[str, Any]], answer: Answer | HookFault
) -> None:
    hook = Scripted({f"run.{step}.before": answer for step in ("publish", "rollback", "prune")})
    before = stored(database)
    with pytest.raises(HookRefused, match=r"the hook (answered|failed) before publish: .*freeze"):
        steps(database, hook).publish("new")
    with pytest.raises(HookRefused, match=r"before rollback: .*freeze"):
        steps(database, hook).roll_back("old", force=True)
    with pytest.raises(HookRefused, match=r"before prune: .*freeze"):
        list(steps(database, hook).prune(1))
    assert stored(database) == before
    assert hook.kinds == ["run.publish.before", "run.rollback.before", "run.prune.before"]


@pytest.mark.parametrize("answer", [Answer(Word.ABORT, "late"), HookFault("late")], ids=["abort", "fault"])
def test_after_a_step_it_stands_and_what_was_said_is_noted(
    database: Database[dict[str, Any]], answer: Answer | HookFault
) -> None:
    hook = Scripted({"run.publish.after": answer, "run.rollback.after": Answer(Word.ROLL_BACK, "late")})
    published = steps(database, hook)
    assert published.publish("new").status == "published"
    assert status_of(database, "new") == "published"
    assert "late" in published.notes[0]
    assert "stands" in published.notes[0]
    back = steps(database, hook)
    back.roll_back()
    assert status_of(database, "new") == "rolled_back"
    assert back.notes == ["The hook answered after rollback: roll back: late. Rollback stands all the same."]


def test_roll_back_after_publish_takes_the_run_back_once(database: Database[dict[str, Any]]) -> None:
    always = dict.fromkeys(("run.publish.after", "run.rollback.after"), Answer(Word.ROLL_BACK, "errors rose"))
    hook = Scripted(always)
    taken = steps(database, hook)
    assert taken.publish("new").status == "rolled_back"
    assert status_of(database, "new") == "rolled_back"
    assert hook.kinds == ["run.publish.before", "run.publish.after"]
    assert taken.notes == [
        "The hook answered after publish: roll back: errors rose.",
        "Run new was rolled back as the hook said.",
    ]


def test_a_rollback_that_the_publisher_refuses_leaves_the_run_published(database: Database[dict[str, Any]]) -> None:
    database["batch_views"].delete_many({"batch_run_id": "old"})
    taken = steps(database, Scripted({"run.publish.after": Answer(Word.ROLL_BACK)}))
    assert taken.publish("new").status == "published"
    assert status_of(database, "new") == "published"
    assert "could not be rolled back as the hook said, and stays published" in taken.notes[1]


def test_a_run_that_gates_refuse_is_refused_without_asking(database: Database[dict[str, Any]]) -> None:
    hook = Scripted()
    with pytest.raises(NotPublishable, match="there is no run"):
        steps(database, hook).publish("unknown")
    with pytest.raises(NotPublishable, match="gates refuse run"):
        steps(database, hook, Limits(coverage_lost=-9 * DAY)).publish("new")
    with pytest.raises(NotPublishable, match="only with a reason"):
        steps(database, hook).publish("new", force=True, because=" ")
    assert hook.asked == []


def test_prune_asks_around_all_runs_and_a_dry_run_does_not(database: Database[dict[str, Any]]) -> None:
    hook = Scripted()
    pruned = steps(database, hook)
    list(pruned.prune(1, dry_run=True))
    assert hook.asked == []
    list(pruned.prune(1))
    assert hook.kinds == ["run.prune.before", "run.prune.after"]


def test_without_a_hook_the_steps_are_the_publishers(database: Database[dict[str, Any]]) -> None:
    plain = steps(database, None)
    assert plain.publish("new").run_id == "new"
    assert plain.roll_back().run_id == "new"
    assert list(plain.prune(1)) == []
    assert plain.notes == []


def test_what_changed_while_the_hook_thought_is_told_by_the_publisher(database: Database[dict[str, Any]]) -> None:
    class Meddling(Scripted):
        def ask(self, kind: str, data: Mapping[str, Any]) -> Answer:
            database["batch_views"].delete_many({"batch_run_id": "new"})
            return super().ask(kind, data)

    with pytest.raises(NotPublishable, match=r"has no documents|there is no run"):
        steps(database, Meddling()).publish("new")
