"""``manage.py batch_runs``: lists, publishes, rolls back and prunes batch runs.

Requirements M12 and O3.
"""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from merger import wiring
from merger.cache.generations import BATCH_GENERATION
from merger.contract.stamps import moment
from merger.core.windows import isoformat
from merger.errors import StoreError
from merger.gates.decision import Outcome, State
from merger.hooks.answers import HookFault
from merger.hooks.configured import configured_asker
from merger.layers.publication import ROLLED_BACK
from merger.lineage.receiver import run_steps
from merger.management.errors import as_command_errors
from merger.runs.checking import Check
from merger.runs.listing import BatchRun
from merger.runs.publisher import NotPublishable
from merger.stores.redis.link import RedisTrouble


class Command(BaseCommand):
    help = (
        "Lists batch runs, checks one, publishes one, rolls one back, or deletes what newer runs have replaced. As "
        "soon as the collection batch_runs has a published run, answers use only documents of published runs, and "
        "those that name no run; a run that is still being written, or was rolled back, is not used. A run that "
        "differs too much from the run before is refused. Publishing is one write: every process answers from the new"
        " run within five seconds, and never from a part of it. Commands may run at once, on any hosts, and be killed"
        " at any moment: each is done as a whole or not at all. Exits with 1 when nothing could be done, or a run is "
        "refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", metavar="ACTION")
        actions.add_parser("list", help="list the runs, newest first (the default)")
        actions.add_parser("hook", help="send the hook a test event (run.test), and show what it answers")
        publish = actions.add_parser("publish", help="make a run visible")
        publish.add_argument("run", metavar="RUN", help="its batch_run_id")
        publish.add_argument(
            "--covers-until",
            type=moment,
            metavar="MOMENT",
            help="event time up to which its input was complete, such as 2026-11-24T00:00:00Z "
            "(default: what its documents say)",
        )
        publish.add_argument("--force", action="store_true", help="publish it even if gates refuse it (with --because)")
        publish.add_argument("--because", default="", metavar="REASON", help="why; it is recorded and shown to staff")
        check = actions.add_parser("check", help="show whether a run passes the gates; exits with 1 if it does not")
        check.add_argument("run", metavar="RUN", help="its batch_run_id")
        roll_back = actions.add_parser("rollback", help="hide a run again; its documents stay")
        roll_back.add_argument("run", metavar="RUN", nargs="?", help="default: the newest published run")
        roll_back.add_argument(
            "--force",
            action="store_true",
            help="hide it even if no visible run would be left, or documents that it replaced were pruned",
        )
        prune = actions.add_parser(
            "prune",
            help="delete documents of old runs that newer ones replaced; answers don't change, nor would they after "
            "a rollback of any run that is kept, except the oldest",
        )
        prune.add_argument(
            "--keep",
            type=int,
            default=settings.BATCH_RUNS_KEPT,
            help="newest runs to keep completely; all but the oldest of them can be rolled back (default: %(default)s)",
        )
        prune.add_argument("--dry-run", action="store_true", help="only count the documents")

    @as_command_errors(NotPublishable, StoreError)
    def handle(self, *args: Any, **options: Any) -> None:
        match options.get("action"):
            case "publish":
                force = {name: options[name] for name in ("force", "because")}
                self._publish(options["run"], options["covers_until"], **force)
            case "check":
                self._check(wiring.run_publisher().check(options["run"]))
            case "rollback":
                steps = run_steps()
                run = steps.roll_back(options["run"], force=options["force"])
                self._invalidate_answers()
                self.stdout.write(f"Rolled back {run.run_id}: answers no longer use it")
                self._show(steps.notes)
            case "prune":
                self._prune(options["keep"], dry_run=options["dry_run"])
            case "hook":
                self._try_hook()
            case _:
                self._list(wiring.run_publisher().runs())

    def _publish(self, run_id: str, covers_until: datetime | None, *, force: bool, because: str) -> None:
        if because and not force:
            raise CommandError("--because gives the reason for --force; without it nothing is forced")
        steps = run_steps()
        run = steps.publish(run_id, covers_until, force=force, because=because)
        self._invalidate_answers()
        self._show(steps.notes)
        if run.status == ROLLED_BACK:
            raise CommandError(f"{run.run_id} was published, and rolled back again as the hook said")
        self.stdout.write(f"Published {run.run_id}: {_describe(run)}")
        if settings.BATCH_RUNS_KEPT:
            self._prune(settings.BATCH_RUNS_KEPT, dry_run=False)

    def _check(self, check: Check) -> None:
        self.stdout.write(f"{check.run_id} beside {check.before or 'no run: readers see none before it'}")
        widths = [max(len(text) for text in column) for column in zip(*map(_row, check.outcomes), strict=True)]
        for outcome in check.outcomes:
            self.stdout.write(
                "  ".join(f"{text:{width}}" for text, width in zip(_row(outcome), widths, strict=True)).rstrip()
            )
        for fault in check.faults:
            self.stdout.write(f"- {fault}")
        refusing = sum(outcome.state is State.FAILED for outcome in check.outcomes)
        if refusing:
            raise CommandError(f"{refusing} of {len(check.outcomes)} gates refuse {check.run_id}")

    def _prune(self, keep: int, *, dry_run: bool) -> None:
        if keep < 1:
            raise CommandError("--keep takes a whole number from 1")
        steps = run_steps()
        for run, number in steps.prune(keep, dry_run=dry_run):
            if number:
                verb = "would delete" if dry_run else "deleted"
                self.stdout.write(f"{verb} {number:,} documents of {run.run_id}, which newer runs have replaced")
        self._show(steps.notes)

    def _try_hook(self) -> None:
        asker = configured_asker()
        if asker is None:
            raise CommandError("RUN_HOOK is empty, so there is no hook to ask")
        try:
            self.stdout.write(f"The hook answered {asker.ask('run.test', {'step': 'test'})}")
        except HookFault as fault:
            raise CommandError(f"the hook failed: {fault}") from fault

    def _show(self, notes: list[str]) -> None:
        for note in notes:
            self.stdout.write(note)

    def _invalidate_answers(self) -> None:
        """Invalidates answers from before; the service's own watcher would do so a second later."""
        try:
            wiring.service().cache.redis_tier.advance([BATCH_GENERATION])
        except RedisTrouble as trouble:
            self.stderr.write(self.style.WARNING(f"Cached answers could not be invalidated at once: {trouble}"))

    def _list(self, runs: list[BatchRun]) -> None:
        if not runs:
            self.stdout.write("No batch document belongs to a run, and no run is recorded")
        width = max((len(str(run.run_id)) for run in runs), default=0)
        for run in runs:
            visibility, status = "visible" if run.is_visible else "hidden", run.status or "not recorded"
            self.stdout.write(f"{run.run_id!s:{width}}  {visibility:7}  {status:12}  {_describe(run)}")


def _row(outcome: Outcome) -> tuple[str, str, str, str]:
    return outcome.gate, outcome.state, outcome.worst, f"allowed: {outcome.limit}"


def _describe(run: BatchRun) -> str:
    counted = ", ".join(f"{number:,} {view_type}" for view_type, number in run.documents.items() if number)
    stamps = {"computed": run.computed_at, "published": run.published_at, "covers until": run.covers_until}
    dates = [f"{name} {isoformat(moment)}" for name, moment in stamps.items() if moment is not None]
    forced = [f"forced, because {run.because}"] if run.because else []
    base = ["readers need it, since documents that it replaced were pruned"] if run.is_base else []
    return "; ".join([f"{run.total:,} documents ({counted})" if run.total else "no documents", *dates, *forced, *base])
