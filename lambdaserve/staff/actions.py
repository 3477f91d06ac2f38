"""What members of staff can have done on the operations pages: from a posted form to what was done, as a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from lambdaserve.ops.warming import Warmed, warm
from merger import wiring
from merger.cache.generations import ALL_GENERATION, BATCH_GENERATION, of_movie, of_view
from merger.contract.fields import LARGEST_COUNT, moment
from merger.indexes import server as indexing
from merger.indexes.declared import IndexState, IndexStatus
from merger.layers.publishing import NotPublishable
from merger.views.registry import known_views

Form = Mapping[str, str]

WARM_LIMIT = 50
"""Addresses that one click warms; `manage.py warm_cache` does as many as one likes."""


class ActionRefused(Exception):
    """The form asks for what can't be done."""


def invalidate_all(form: Form) -> str:
    """Has every answer made anew."""
    wiring.service().cache.redis_tier.advance([ALL_GENERATION])
    return "Outdated every answer; each is made anew when it is next asked for."


def invalidate_view(form: Form) -> str:
    """Has a view's answers made anew."""
    name = form.get("view", "")
    if name not in known_views():
        raise ActionRefused(f"there is no view {name[:80]!r}")
    wiring.service().cache.redis_tier.advance([of_view(name)])
    return f"Outdated the answers of {name}."


def invalidate_movie(form: Form) -> str:
    """Has a movie's answers made anew."""
    text = form.get("movie", "")
    if not text.isdecimal() or int(text) > LARGEST_COUNT:
        raise ActionRefused(f"a movie's id is a number from 0 to {LARGEST_COUNT}; got {text[:80]!r}")
    wiring.service().cache.redis_tier.advance([of_movie(int(text))])
    return f"Outdated the answers about movie {int(text)}."


def warm_most_requested(form: Form) -> str:
    """Makes the answers that are asked for most, where they are not fresh."""
    found = wiring.popular_totals().top(WARM_LIMIT)
    results = Counter(warm(address)[0] for address, _ in found)
    told = ", ".join(f"{number} {result.value}" for result, number in results.items()) or "nothing was asked for yet"
    if results[Warmed.FAILED]:
        raise ActionRefused(f"of {len(found)} most requested addresses: {told}")
    return f"Warmed the {len(found)} most requested addresses: {told}."


def create_index_question(form: Form) -> str:
    """The question before."""
    standing = _find_index(form, IndexState.MISSING)
    return f"Create {_name(standing)}? MongoDB reads the whole collection for it; it can be used meanwhile."


def create_index(form: Form) -> str:
    """Creates a declared index that is missing."""
    standing = _find_index(form, IndexState.MISSING)
    if standing.index is not None:
        indexing.create(standing.index)
    return f"Created the index {_name(standing)}."


def drop_index_question(form: Form) -> str:
    """The question before."""
    standing = _find_index(form, IndexState.EXTRA, IndexState.DIFFERENT)
    return f"Drop {_name(standing)}? {_describe_difference(standing)}; somebody else's queries may need it."


def drop_index(form: Form) -> str:
    """Drops an index that nobody declared, or that differs from what was declared."""
    standing = _find_index(form, IndexState.EXTRA, IndexState.DIFFERENT)
    indexing.drop(standing)
    return f"Dropped the index {_name(standing)}."


def change_expiry_question(form: Form) -> str:
    """The question before."""
    standing = _find_index(form, IndexState.DIFFERENT)
    return f"Change when {_name(standing)} deletes? {_describe_difference(standing)}."


def change_expiry(form: Form) -> str:
    """Changes in place after what time documents expire."""
    standing = _find_index(form, IndexState.DIFFERENT)
    if not standing.only_expiry_differs:
        raise ActionRefused(f"{_name(standing)} differs in more than when it deletes")
    indexing.change_expiry(standing)
    return f"Changed when {_name(standing)} deletes."


def publish_question(form: Form) -> str:
    """The question before."""
    forced = ", even if it looks incomplete" if form.get("force") else ""
    return f"Publish run {form.get('run', '')}? Every answer is made from it then{forced}."


def publish(form: Form) -> str:
    """Makes a batch run visible."""
    text = form.get("covers_until", "")
    try:
        covers_until = moment(text) if text else None
    except ValueError as error:
        raise ActionRefused(f"covers until takes a moment such as 2026-11-24T00:00:00Z; got {text[:80]!r}") from error
    try:
        run = wiring.run_publisher().publish(form.get("run", ""), covers_until, force=bool(form.get("force")))
    except NotPublishable as error:
        raise ActionRefused(f"{error}; it can be forced") from error
    wiring.service().cache.redis_tier.advance([BATCH_GENERATION])
    return f"Published run {run.run_id} with {run.total:,} documents."


def roll_back_question(form: Form) -> str:
    """The question before."""
    return f"Take run {form.get('run', '')} back? Its documents stay, and are in no answer any more."


def roll_back(form: Form) -> str:
    """Hides a batch run again."""
    run = wiring.run_publisher().roll_back(form.get("run", ""), force=bool(form.get("force")))
    wiring.service().cache.redis_tier.advance([BATCH_GENERATION])
    return f"Took run {run.run_id} back."


def _find_index(form: Form, *states: IndexState) -> IndexStatus:
    collection, name = form.get("collection", ""), form.get("index", "")
    for standing in indexing.index_statuses():
        if (standing.collection, standing.name) == (collection, name):
            if standing.state in states:
                return standing
            raise ActionRefused(f"{_name(standing)} is {standing.state}")
    raise ActionRefused(f"there is no index {collection[:80]}.{name[:80]}")


def _name(standing: IndexStatus) -> str:
    return f"{standing.collection}.{standing.name}"


def _describe_difference(standing: IndexStatus) -> str:
    return "; ".join(standing.differs) or "nobody declared it"
