"""Values in Redis that another program, or another release of this one, wrote under our keys.

Nothing in Redis is believed: a foreign value counts as none, and gives way to ours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from redis import ResponseError

T = TypeVar("T")

_SIGNS: Final = ("WRONGTYPE", "not an integer", "not a valid float", "would overflow", "would produce")
"""Parts of what Redis says where a key or a field holds something else than the command takes."""


def is_foreign(reply: object) -> bool:
    """Whether a reply, or an error, says that a key or a field holds something else than the command takes."""
    return isinstance(reply, ResponseError) and any(sign in str(reply) for sign in _SIGNS)


def unless_foreign(ask: Callable[[], T], default: T) -> T:
    """Returns what is asked for, or a default where the key holds something foreign.

    Raises:
        ResponseError: Redis answered with another error.
    """
    try:
        return ask()
    except ResponseError as error:
        if not is_foreign(error):
            raise
        return default
