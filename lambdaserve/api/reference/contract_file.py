"""``/contract.yaml``: the contract of the stored documents, for catalogues of data and those who write documents."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from lambdaserve.access.ratelimit.login_limits import limit_page
from merger.producers.odcs import odcs_file

MEDIA_TYPE = "application/yaml"


@limit_page
@require_safe
def contract_file(request: HttpRequest) -> HttpResponse:
    """The contract as an ODCS file; it says what documents look like, and nothing of what they hold."""
    headers = {"Cache-Control": "public, max-age=3600", "Content-Disposition": 'inline; filename="contract.yaml"'}
    return HttpResponse(_made(settings.VERSION), content_type=MEDIA_TYPE, headers=headers)


@cache
def _made(version: str) -> bytes:
    return odcs_file(version).encode()
