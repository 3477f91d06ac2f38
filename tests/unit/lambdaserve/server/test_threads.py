"""A worker has a thread for every place at which clients keep it waiting."""

from __future__ import annotations

from lambdaserve.server.threads import BODY_PLACES, FILE_PLACES, threads_of_worker


def test_all_places_can_be_taken_while_every_answering_thread_answers() -> None:
    assert threads_of_worker(4) - BODY_PLACES - FILE_PLACES == 4
