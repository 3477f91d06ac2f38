"""Attacks an API by its own description: Schemathesis, every phase and every check of it, and what came out.

Its phases are the examples of the description, values at every border, drawn ones, and walks from one answer to the
next along the links. Parameters that the description does not allow are sent as well as such as it does.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.specs.openapi.schemas import OpenApiSchema

from tests.contract import agreed

LEFT_OUT: Mapping[str, str] = {
    "object_level_authorization": "nobody stores anything by way of the API, so nobody owns anything in it",
}
"""Checks that Schemathesis has and that are not made, and why."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is tried.

    Attributes:
        seed: what is drawn.
        examples: cases of an operation that are drawn in each phase.
        seconds: drawing and walking go on for so long; ``None``: once through.
        known: values of path parameters for which there is something to answer, by name; every other request has one.
    """

    seed: int
    examples: int
    known: Mapping[str, Sequence[object]]
    seconds: int | None = None

    def config(self, headers: Mapping[str, str], left_out: Iterable[str] = ()) -> SchemathesisConfig:
        """Of an attack by somebody who sends these headers, without some checks."""
        settings: dict[str, Any] = {
            "seed": self.seed,
            "suppress-health-check": ["all"],
            "continue-on-failure": True,
            "headers": dict(headers),
            "generation": {"max-examples": self.examples, "no-shrink": True, "database": "none"},
            "checks": {name: {"enabled": False} for name in (*LEFT_OUT, *left_out)},
            "dictionaries": {name: {"values": list(values)} for name, values in self.known.items()},
            "parameters": {f"path.{name}": {"dictionary": name, "probability": 0.5} for name in self.known},
        }
        if self.seconds is not None:
            settings["max-time"] = self.seconds
        return SchemathesisConfig.from_dict(settings)


@dataclass
class Found:
    """What came out.

    Attributes:
        statuses: by operation, how often each came.
        phases: requests in each phase.
        failures: one of each kind, with the request that shows it.
    """

    statuses: defaultdict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    phases: Counter[str] = field(default_factory=Counter)
    failures: dict[tuple[str, ...], str] = field(default_factory=dict)

    @property
    def requests(self) -> int:
        """All that were sent."""
        return self.phases.total()

    def note(self, phase: str, recorder: ScenarioRecorder) -> None:
        """What one scenario came to."""
        for case_id, exchange in recorder.interactions.items():
            case = recorder.cases[case_id].value
            self.phases[phase] += 1
            if exchange.response is None:
                self.failures[phase, case.operation.label, "no answer"] = case.as_curl_command()
            else:
                self.statuses[case.operation.label][exchange.response.status_code] += 1
        for case_id, checks in recorder.checks.items():
            for check in checks:
                if check.failure_info is not None:
                    case, failure = recorder.cases[case_id].value, check.failure_info.failure
                    told = f"{failure.message}\n    {case.as_curl_command()}"
                    self.failures.setdefault((case.operation.label, check.name, failure.title), told)


def attacked(schema: OpenApiSchema, say: Callable[[str], None] | None = None) -> Found:
    """Sends everything and looks at every answer.

    Args:
        schema: of the service, loaded with an effort's configuration.
        say: shows a line to the user, one for each phase that sent something.
    """
    found = Found()
    schema.hook(agreed.filter_failure)
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            found.note(event.phase.value, event.recorder)
        elif isinstance(event, events.NonFatalError) and str(event.info) != agreed.UNSENDABLE:
            found.failures[str(event.label), "error"] = str(event.info)
        elif isinstance(event, events.FatalError):
            raise event.exception
        elif isinstance(event, events.PhaseFinished) and say is not None and found.phases[event.phase.name.value]:
            name = event.phase.name.value
            say(f"  {name}: {event.status.value}, {found.phases[name]:,} requests so far")
    return found
