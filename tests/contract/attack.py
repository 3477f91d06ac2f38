"""Attacks an API by its own description, with every phase and every check of Schemathesis.

The phases send the description's examples, values at every bound, random values, and walks from one answer to the next
along the links. They send parameters that the description forbids as well as ones that it allows.
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

from tests.contract import exceptions

SKIPPED_CHECKS: Mapping[str, str] = {
    "object_level_authorization": "clients store nothing through the API, so they own nothing in it",
}
"""Checks of Schemathesis that are skipped, and why."""


@dataclass(frozen=True, slots=True)
class Effort:
    """Extent of the attack.

    Attributes:
        seed: of the random values.
        examples: random cases per operation and phase.
        seconds: duration of the phases with random values and walks; ``None``: one pass.
        known: by name, values of path parameters that have an answer; half of the requests use one.
    """

    seed: int
    examples: int
    known: Mapping[str, Sequence[object]]
    seconds: int | None = None

    def config(self, headers: Mapping[str, str], skipped: Iterable[str] = ()) -> SchemathesisConfig:
        """Configuration of an attack with these headers, without the skipped checks."""
        settings: dict[str, Any] = {
            "seed": self.seed,
            "suppress-health-check": ["all"],
            "continue-on-failure": True,
            "headers": dict(headers),
            "generation": {"max-examples": self.examples, "no-shrink": True, "database": "none"},
            "checks": {name: {"enabled": False} for name in (*SKIPPED_CHECKS, *skipped)},
            "dictionaries": {name: {"values": list(values)} for name, values in self.known.items()},
            "parameters": {f"path.{name}": {"dictionary": name, "probability": 0.5} for name in self.known},
        }
        if self.seconds is not None:
            settings["max-time"] = self.seconds
        return SchemathesisConfig.from_dict(settings)


@dataclass
class Findings:
    """Results of an attack.

    Attributes:
        statuses: by operation, number of responses with each status.
        phases: number of requests in each phase.
        failures: one failure of each kind, with the request that shows it.
    """

    statuses: defaultdict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    phases: Counter[str] = field(default_factory=Counter)
    failures: dict[tuple[str, ...], str] = field(default_factory=dict)

    @property
    def requests(self) -> int:
        """Number of requests sent."""
        return self.phases.total()

    def add(self, phase: str, recorder: ScenarioRecorder) -> None:
        """Adds the results of one scenario."""
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
                    text = f"{failure.message}\n    {case.as_curl_command()}"
                    self.failures.setdefault((case.operation.label, check.name, failure.title), text)


def attack(schema: OpenApiSchema, say: Callable[[str], None] | None = None) -> Findings:
    """Sends all requests and checks all responses.

    Args:
        schema: of the service, loaded with an effort's configuration.
        say: shows a line to the user, one for each phase that sent requests.
    """
    findings = Findings()
    schema.hook(exceptions.filter_failure)
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            findings.add(event.phase.value, event.recorder)
        elif isinstance(event, events.NonFatalError) and str(event.info) != exceptions.UNSENDABLE:
            findings.failures[str(event.label), "error"] = str(event.info)
        elif isinstance(event, events.FatalError):
            raise event.exception
        elif isinstance(event, events.PhaseFinished) and say is not None and findings.phases[event.phase.name.value]:
            name = event.phase.name.value
            say(f"  {name}: {event.status.value}, {findings.phases[name]:,} requests so far")
    return findings
