"""``/contract.yaml`` is served to all, whole, and only to be read."""

from __future__ import annotations

from django.conf import settings
from django.test import RequestFactory

from lambdaserve.api.reference.contract_file import MEDIA_TYPE, contract_file
from merger.producers.odcs import odcs_file


def test_the_file_is_served_as_yaml_that_caches_may_keep() -> None:
    response = contract_file(RequestFactory().get("/contract.yaml"))
    assert response.status_code == 200
    assert response.headers["Content-Type"] == MEDIA_TYPE
    assert response.headers["Cache-Control"] == "public, max-age=3600"
    assert response.content.decode() == odcs_file(settings.VERSION)


def test_it_can_only_be_read() -> None:
    assert contract_file(RequestFactory().post("/contract.yaml")).status_code == 405
