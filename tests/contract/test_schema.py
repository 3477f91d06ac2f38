"""Requests made up from the API's own description: every answer is one that the description promises (A1, A2, A5).

Schemathesis draws parameters that the description allows and ones that it does not, the same in every run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django_redis import get_redis_connection
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.specs.openapi.schemas import OpenApiSchema

from merger import wiring
from merger.mongo import database
from tests.api.documents import NOW
from tests.api.healthy_world import MOVIE, healthy
from tests.api.spoiled import KINDS, spoiled

# The application closes the SQL connections that another test may have opened; nobody may do so outside of this mark.
pytestmark = pytest.mark.django_db

CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
DESCRIPTION: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # the package's is untyped
PATHS = sorted(path for path in DESCRIPTION["paths"] if path.startswith("/api/v1/"))
KNOWN = {"movie_id": MOVIE, "genre": "Drama", "name": "Edward Norton"}
"""Values of path parameters for which there is something to answer; random ones find nothing."""

EXAMPLES = 25


@pytest.fixture(scope="module")
def told(mongo_uri: str, redis_url: str) -> Iterator[OpenApiSchema]:
    """The description, bound to the application over the healthy world and every spoiled document."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wiring, "utc_now", lambda: NOW)
        stores = database()
        for name in stores.list_collection_names():
            stores.drop_collection(name)
        call_command("create_indexes", verbosity=0)
        stores["batch_views"].insert_many([dict(d) for d in healthy() if "hour" not in d])
        stores["speed_views"].insert_many([dict(d) for d in healthy() if "hour" in d])
        for kind in KINDS:
            stores[f"{kind.split()[0]}_views"].insert_many(spoiled(kind))
        get_redis_connection("default").flushdb()
        wiring.service.cache_clear()
        found = schemathesis.openapi.from_dict(DESCRIPTION)
        found.app = get_wsgi_application()
        yield found
        wiring.service.cache_clear()


def test_every_endpoint_is_in_the_description() -> None:
    assert len(PATHS) == 15


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_answers_are_as_promised_whatever_is_asked(told: OpenApiSchema, path: str, mode: GenerationMode) -> None:
    _ask(told[path]["GET"], mode)


@pytest.mark.parametrize("path", [path for path in PATHS if "{" in path])
def test_answers_about_what_is_known_are_as_promised(told: OpenApiSchema, path: str) -> None:
    known = {name: value for name, value in KNOWN.items() if f"{{{name}}}" in path}
    assert 200 in _ask(told[path]["GET"], GenerationMode.POSITIVE, path_parameters=known)


def _ask(operation: Any, mode: GenerationMode, **fixed: Any) -> set[int]:
    """Sends a few drawn requests and checks each answer; the status codes seen."""
    seen = set()

    @settings(
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=EXAMPLES,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(mode, **fixed))
    def ask(case: Case[Any]) -> None:
        # The client in the process unpacks no body, and would ask for a packed one.
        response = case.call_and_validate(checks=CHECKS, headers={"Accept-Encoding": "identity"})
        # The one error of the server's that a caller asks for.
        wanted = response.status_code == 503 and response.json()["type"].endswith(":incomplete")
        assert response.status_code < 500 or wanted, response.text
        seen.add(response.status_code)

    try:
        ask()
    except Unsatisfiable:
        # Some operations take nothing that could be wrong.
        assert mode is GenerationMode.NEGATIVE
    return seen
