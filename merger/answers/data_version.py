"""The version of the data that an answer stands on, and its encoded body, which says it. Pure.

``3f2a9c-2026113021-9be07c51d2a4`` names the batch layer as readers saw it (its published runs and its newest document),
the hour in which the answer was computed, and, by a digest, all else: the newest sync of the speed layer and every
number. So two answers of one address with the same version are the same, and an answer that is computed again from the
same data keeps its version. A version that ends in ``~`` is provisional: some of the data was being replaced.

Requirement M14.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b
from typing import Final

import orjson

from merger.core.boundary import Boundary, Layers
from merger.views.reading import ViewResult

PROVISIONAL: Final = "~"
"""End of the version of an answer from data that was being replaced, or from one layer alone."""


def encode(
    result: ViewResult, boundary: Boundary, layers: Layers, notes: tuple[str, ...] = (), *, is_current: bool
) -> tuple[bytes, str]:
    """Encodes an answer, with its version as the last member of ``freshness``.

    Args:
        result: the answer.
        boundary, layers: what it was computed from.
        notes: further warnings.
        is_current: whether all that was read was of one moment.

    Returns:
        The encoded JSON object, and the version.
    """
    freshness = replace(result.freshness, warnings=(*notes, *result.freshness.warnings))
    content = orjson.dumps({**result.body, "freshness": freshness.as_dict()})
    batch = _digest(repr((layers.runs, layers.batch_computed_at)).encode(), 3)
    rest = _digest(content, 6)  # it says how new the speed layer is
    version = f"{batch}-{boundary.open_hour:%Y%m%d%H}-{rest}{'' if is_current else PROVISIONAL}"
    # Both objects end here; encoding all of it again would take as long as the first time.
    return b'%b,"data_version":"%b"}}' % (content[:-2], version.encode()), version


def _digest(content: bytes, size: int) -> str:
    return blake2b(content, digest_size=size).hexdigest()
