"""Answers ``analytics/actors/{name}``: the actors that an actor has worked with. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from merger.contract.dedupe import newest_batch
from merger.contract.documents import Documents
from merger.errors import NotFound
from merger.views.coverage import contested_warnings, usable_batch
from merger.views.freshness import describe
from merger.views.holes import doubt_about, lost_until
from merger.views.plans import Plan, PlanContext, payload_reads
from merger.views.reading import ViewInputs, ViewResult
from search.language.names import fold_name

VIEW_TYPE = "actor_collaboration"

MOST_SPELLINGS = 20
"""Most stored spellings of one name that are looked for."""


@dataclass(frozen=True, slots=True)
class Actor:
    """An actor's name as the caller spells it, with single blanks between its words.

    ``known`` are the stored spellings of the name that the process knows: with accents, dots and hyphens.
    """

    name: str
    known: tuple[str, ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        """Spellings that producers may have used; an index matches one case only."""
        typed = (self.name, self.name.title(), self.name.lower(), self.name.upper())
        return tuple(dict.fromkeys((*self.known[:MOST_SPELLINGS], *typed)))


def actor_plan(context: PlanContext[Actor]) -> Plan:
    """Reads the actor's documents under each spelling, and the catalogue, which has those that no name finds."""
    wanted = ({"actor": spelling} for spelling in context.params.spellings)
    own = (read for values in wanted for read in payload_reads(VIEW_TYPE, values, context.aliases))
    return Plan(tuple(own), catalogue=True)


def actor_network(params: Actor, inputs: ViewInputs) -> ViewResult:
    """Builds the answer from the actor's newest document.

    Raises:
        NotFound: no document names the actor, and all documents tell whom they name.
    """
    name = fold_name(params.name)
    found = usable_batch(inputs.documents, VIEW_TYPE, inputs.boundary)
    own = newest_batch((d for d in found if fold_name(d.data["actor"]) == name), lambda d: d.view_type)
    document = own.get(VIEW_TYPE)
    skipped = (*inputs.documents.skipped, *inputs.catalogue.lost_of(VIEW_TYPE))
    lost = lost_until(skipped, document, inputs.boundary)
    if document is None and any(fold_name(d.data["actor"]) == name for d in inputs.documents.batch_of(VIEW_TYPE)):
        lost = ((None, inputs.boundary.open_hour),)  # it is there, but may not answer
    if document is None and not lost:
        raise NotFound("actor", params.name)
    collaborators = [] if document is None else _collaborators(document.data["collaborators"])
    body = {
        "actor": params.name if document is None else document.data["actor"],
        "collaborators": collaborators,
        "total_collaborators": len(collaborators),
        "data_source": "batch",
    }
    freshness = describe(
        inputs.boundary,
        inputs.layers,
        batch_as_of=None if document is None else document.covers_until,
        missing=(lost,),
        assumed=() if document is None else doubt_about(document, inputs.boundary),
        documents=Documents(skipped=skipped),
        warnings=contested_warnings([document] if document else []),
    )
    return ViewResult(body, freshness)


def _collaborators(entries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Sorts by the number of shared movies, then by name. An actor who is listed twice keeps the fuller entry."""
    fullest: dict[str, Mapping[str, Any]] = {}
    for entry in entries:
        key = fold_name(entry["actor"])
        if key not in fullest or _fullness(entry) > _fullness(fullest[key]):
            fullest[key] = entry
    ranked = sorted(fullest.values(), key=lambda entry: (-entry["count"], entry["actor"]))
    return [
        {"actor": entry["actor"], "movies": list(entry.get("movies", ())), "count": entry["count"]} for entry in ranked
    ]


def _fullness(entry: Mapping[str, Any]) -> tuple[int, str]:
    return entry["count"], json.dumps(entry, sort_keys=True)
