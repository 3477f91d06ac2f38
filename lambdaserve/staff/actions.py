"""Actions of the operations pages.

Each takes the posted form and returns what it did, as a sentence for the page and the admin's log. The functions
``…_question`` return what a page asks before an action.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from lambdaserve.ops.warming import Warmed, warm
from lambdaserve.staff.numbers import number_in
from merger import wiring
from merger.cache.generations import ALL_GENERATION, BATCH_GENERATION, of_movie, of_view
from merger.contract.fields import LARGEST_COUNT
from merger.contract.stamps import moment
from merger.indexes import server as indexing
from merger.indexes.declared import IndexState, IndexStatus
from merger.lineage.receiver import run_steps
from merger.views.registry import known_views

Form = Mapping[str, str]

WARM_LIMIT = 50
"""Addresses that one click warms; ``manage.py warm_cache`` takes any number."""


class ActionRefused(Exception):
    """The form asks for an impossible action; the message says why it is impossible."""


def invalidate_all_question(form: Form) -> str:
    """Asks whether to invalidate every cached answer."""
    return "Invalidate every cached answer? Each is computed again when it is next requested."


def invalidate_all(form: Form) -> str:
    """Invalidates every cached answer."""
    _invalidate(ALL_GENERATION)
    return "Invalidated every cached answer. Each is computed again when it is next requested."


def invalidate_view(form: Form) -> str:
    """Invalidates a view's cached answers."""
    name = form.get("view", "")
    if name not in known_views():
        raise ActionRefused(f"there is no view {name[:80]!r}")
    _invalidate(of_view(name))
    return f"Invalidated the answers of {name}."


def invalidate_movie(form: Form) -> str:
    """Invalidates the cached answers about a movie."""
    text = form.get("movie", "")
    movie_id = number_in(text)
    if movie_id is None:
        raise ActionRefused(f"a movie's id is a number from 0 to {LARGEST_COUNT}; got {text[:80]!r}")
    _invalidate(of_movie(movie_id))
    return f"Invalidated the answers about movie {movie_id}."


def warm_most_requested(form: Form) -> str:
    """Computes the most requested answers that are not fresh in the cache."""
    addresses = [address for address, _ in wiring.popular_totals().top(WARM_LIMIT)]
    results = Counter(warm(address)[0] for address in addresses)
    summary = ", ".join(f"{number} {result.value}" for result, number in results.items()) or "no requests so far"
    if results[Warmed.FAILED]:
        raise ActionRefused(f"of the {len(addresses)} most requested addresses: {summary}")
    return f"Warmed the {len(addresses)} most requested addresses: {summary}."


def create_index_question(form: Form) -> str:
    """Asks whether to create a missing index."""
    status = _find_index(form, IndexState.MISSING)
    return f"Create {_name(status)}? MongoDB reads the whole collection, which stays in use meanwhile."


def create_index(form: Form) -> str:
    """Creates a declared index that is missing."""
    status = _find_index(form, IndexState.MISSING)
    if status.index is not None:
        indexing.create(status.index)
    return f"Created the index {_name(status)}."


def drop_index_question(form: Form) -> str:
    """Asks whether to drop an index."""
    status = _find_index(form, IndexState.EXTRA, IndexState.DIFFERENT)
    return f"Drop {_name(status)}? {_describe_difference(status)}. Other applications' queries may need it."


def drop_index(form: Form) -> str:
    """Drops an index that is not declared, or that differs from its declaration."""
    status = _find_index(form, IndexState.EXTRA, IndexState.DIFFERENT)
    indexing.drop(status)
    return f"Dropped the index {_name(status)}."


def change_expiry_question(form: Form) -> str:
    """Asks whether to change an index's expiry."""
    status = _find_index(form, IndexState.DIFFERENT)
    return f"Change the expiry of {_name(status)}? {_describe_difference(status)}."


def change_expiry(form: Form) -> str:
    """Changes, in place, the time after which an index expires documents."""
    status = _find_index(form, IndexState.DIFFERENT)
    if not status.only_expiry_differs:
        raise ActionRefused(f"{_name(status)} differs in more than its expiry")
    indexing.change_expiry(status)
    return f"Changed the expiry of {_name(status)}."


def publish_question(form: Form) -> str:
    """Asks whether to publish a batch run."""
    because = form.get("because", "")
    forced = f" although gates refuse it, because: {because}" if form.get("force") else ""
    return f"Publish run {form.get('run', '')}{forced}? Readers then see its documents."


def publish(form: Form) -> str:
    """Publishes a batch run to readers."""
    text, force = form.get("covers_until", ""), bool(form.get("force"))
    try:
        covers_until = moment(text) if text else None
    except ValueError as error:
        raise ActionRefused(f"covers_until takes a time such as 2026-11-24T00:00:00Z; got {text[:80]!r}") from error
    steps = run_steps()
    run = steps.publish(form.get("run", ""), covers_until, force=force, because=form.get("because", ""))
    _invalidate(BATCH_GENERATION)
    forced = f" Gates refused it: {'; '.join(run.faults)}. It was forced because: {run.because}" if run.because else ""
    return " ".join([f"Published run {run.run_id} with {run.total:,} documents.{forced}", *steps.notes])


def roll_back_question(form: Form) -> str:
    """Asks whether to roll back a batch run."""
    return f"Roll back run {form.get('run', '')}? Readers see the runs before it again; its documents stay stored."


def roll_back(form: Form) -> str:
    """Rolls back a published batch run, so that readers no longer see it."""
    steps = run_steps()
    run = steps.roll_back(form.get("run", ""), force=bool(form.get("force")))
    _invalidate(BATCH_GENERATION)
    return " ".join([f"Rolled back run {run.run_id}: readers see the runs before it again.", *steps.notes])


def _invalidate(generation: str) -> None:
    wiring.service().cache.redis_tier.advance([generation])


def _find_index(form: Form, *states: IndexState) -> IndexStatus:
    collection, name = form.get("collection", ""), form.get("index", "")
    for status in indexing.index_statuses():
        if (status.collection, status.name) == (collection, name):
            if status.state in states:
                return status
            raise ActionRefused(f"{_name(status)} is {status.state}")
    raise ActionRefused(f"there is no index {collection[:80]}.{name[:80]}")


def _name(status: IndexStatus) -> str:
    return f"{status.collection}.{status.name}"


def _describe_difference(status: IndexStatus) -> str:
    difference = "; ".join(status.differs) or "it is not declared"
    return difference[:1].upper() + difference[1:]
