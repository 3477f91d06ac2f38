"""The names of the two collections, and the layer that each belongs to."""

from __future__ import annotations

from collections.abc import Mapping

BATCH, SPEED = "batch_views", "speed_views"
"""The two collections. Other systems write them."""


LAYER_OF: Mapping[str, str] = {BATCH: "batch", SPEED: "speed"}
"""The name of each collection's layer in answers."""
