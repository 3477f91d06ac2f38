"""Environment variables about how far a batch run may differ from the run before; a part of ``variables.VARIABLES``."""

from __future__ import annotations

from datetime import timedelta

from lambdaserve.config.env import Variable
from lambdaserve.config.kinds import duration, number

_SHARE = number(least=0, most=1)

GATE_DOCUMENTS_LOST = Variable(
    "GATE_DOCUMENTS_LOST", _SHARE, 0.2, "Share of a view's documents that a batch run may lack beside the run before."
)
GATE_DOCUMENTS_GAINED = Variable(
    "GATE_DOCUMENTS_GAINED",
    number(least=0, most=1000),
    1.0,
    "Share by which a view's documents must not have grown: with 1 a run that has twice as many is refused.",
)
GATE_VANISHED = Variable(
    "GATE_VANISHED", _SHARE, 0.05, "Share of the movies, of a genre's months and of the actors that may vanish."
)
GATE_NULLS = Variable("GATE_NULLS", _SHARE, 0.05, "Share of a field that may be absent beyond what was absent before.")
GATE_VIOLATIONS = Variable(
    "GATE_VIOLATIONS",
    _SHARE,
    0.01,
    "Share of a view's documents that may break the contract, or bear impossible stamps, beyond those that did before.",
)
GATE_DISTRIBUTION = Variable(
    "GATE_DISTRIBUTION",
    _SHARE,
    0.1,
    "Largest distance between the cumulative distributions of ratings or sentiments of both runs (Kolmogorov-Smirnov), "
    "beyond what chance explains.",
)
GATE_LEVEL = Variable(
    "GATE_LEVEL",
    number(least=1, most=1000),
    1.5,
    "Factor by which the typical number of a field may differ, such as a movie's votes.",
)
GATE_FACTS = Variable(
    "GATE_FACTS",
    _SHARE,
    0.2,
    "Share of the documents of which a fact may change, such as a title or a release date.",
)
GATE_CLOSED_DAYS = Variable(
    "GATE_CLOSED_DAYS", _SHARE, 0.05, "Share of the points of days that were closed before that may change."
)
GATE_COVERAGE_LOST = Variable(
    "GATE_COVERAGE_LOST",
    duration(least=timedelta(0)),
    timedelta(hours=1),
    "How much less a view may cover than in the run before, or than the other views of its run.",
)
