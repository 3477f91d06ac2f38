"""Inputs and result of a view's ``build``, which merges documents of both layers into one answer. Pure.

A build gives the same answer for the same *set* of documents, in whatever order and however often they come: it settles
duplicates first, by ``newest_batch`` and ``newest_speed``, and sums in time order. Requirements M1 to M8.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from merger.catalogue.catalogue import Catalogue
from merger.contract.documents import Documents
from merger.core.boundary import Boundary, Layers
from merger.speed.tables import SharedHours
from merger.views.freshness import Freshness

NO_CATALOGUE: Final = Catalogue()
"""An empty catalogue, for answers that need none and before the first load. Built once."""


INDEX_BEHIND: Final = "index_behind: the search index is from an earlier batch; a new one is being built"
"""Warning in an answer whose hits come from an index of former texts."""


@dataclass(frozen=True, slots=True)
class ViewInputs:
    """The inputs of one answer, all seen at one moment.

    ``hours`` holds the layer-wide speed documents of the hours that the plan asked for; ``documents`` those that the
    plan's own reads gave; ``found`` what the index answered to the plan's lookup, if it has one, and
    ``is_index_behind`` whether its texts are other ones than the catalogue's.
    """

    boundary: Boundary
    layers: Layers
    documents: Documents = field(default_factory=Documents)
    hours: SharedHours = field(default_factory=SharedHours)
    catalogue: Catalogue = NO_CATALOGUE
    found: Any = None
    is_index_behind: bool = False

    @property
    def index_warnings(self) -> tuple[str, ...]:
        """What an answer that rests on the index has to say of it."""
        return (INDEX_BEHIND,) if self.is_index_behind else ()


@dataclass(frozen=True, slots=True)
class ViewResult:
    """An answer and its freshness, which the service adds to the body as ``freshness``."""

    body: dict[str, Any]
    freshness: Freshness
