"""The frame of the API's description: its introduction, its groups and their order, and how operations are shown.

Requirement A5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_LAST_PARAMETERS: Final = ("limit", "offset", "completeness", "explain")
"""Query parameters of many operations, which come after an operation's own ones."""

INTRODUCTION: Final = """\
One answer per movie, person, genre and trend, merged from a nightly batch view and a streaming speed view.
`GET /api/v1` lists all addresses.

```
curl 'http://127.0.0.1:8000/api/v1/trending/movies?limit=5'
```

Put this server's address in place of `127.0.0.1:8000`. Where reading needs a key, add `-H 'X-API-Key: …'`.

**Keys.** Staff create one in the admin under *API keys* or with `manage.py create_api_key "NAME"`; it is shown once.
Users may log in with `POST /api/v1/auth/token` instead and send `Authorization: Bearer …`. Operations with a padlock
need one of the two.

**Freshness.** Every answer has `freshness`: up to when either layer reaches, whether the answer is `complete`, the
hours that it lacks (`missing`), what it rests on without proof (`assumed`), and `warnings`, sentences that begin with
a stable code. `?completeness=strict` refuses an answer that lacks anything with a 503, `proven` also one that assumes
anything. The headers `Age` and `X-Cache` say how old it is; send its `ETag` back as `If-None-Match` for a 304.
`X-Data-Version` names the data that it stands on: two answers of one address with the same version have the same
numbers.

**Limits.** A client may send a limited number of requests a minute; expensive ones count several times.
`RateLimit-Policy` and `RateLimit` say how many are left; a 429 says in `Retry-After` when to try again.

**Numbers.** Means are not rounded, so that they can be combined by their counts; round where you show them.
Times are UTC.

**Errors** are problems (`application/problem+json`, RFC 9457). A 400 names every parameter that is unknown or out of
range and what it takes; a 404 of a name lists similar ones as `near`; a 503 says in `Retry-After` when to try again.

**Pages.** Answers with `limit` and `offset` have `Link` headers with `rel="next"` and `rel="prev"`. Answers that a page
of the site shows name it in a `Link` header with `rel="alternate"`. A browser gets its JSON indented."""

TAGS: Final = (
    ("trending", "What people talk about now, and how that changed hour by hour."),
    ("movies", "One movie: facts, sentiment of its reviews, and numbers hour by hour."),
    ("search", "Movies and genres by words and facts."),
    ("people", "Cast and directors: by name, and their movies."),
    ("recommendations", "What to see next, with reasons."),
    ("analytics", "Genres, years and trends over all movies."),
    ("start", "Where everything is."),
    ("auth", "Tokens for users who log in."),
    ("health", "The state of the service, for load balancers and operators."),
)
"""Groups in the order of use, each with a sentence."""


def order_of_parameter(parameter: Mapping[str, Any]) -> tuple[bool, int]:
    """Sorts required parameters first and those of many operations last; the others stay as they were declared."""
    name = parameter["name"]
    return not parameter.get("required"), 1 + _LAST_PARAMETERS.index(name) if name in _LAST_PARAMETERS else 0


def spectacular_settings(version: str) -> dict[str, Any]:
    """The settings of drf-spectacular."""
    states = "lambdaserve.ops.health.report"
    return {
        "TITLE": "lambdaserve",
        "DESCRIPTION": INTRODUCTION,
        "VERSION": version,
        "TAGS": [{"name": name, "description": sentence} for name, sentence in TAGS],
        "SCHEMA_PATH_PREFIX": "/api/v1",
        "SERVE_INCLUDE_SCHEMA": False,
        "SORT_OPERATIONS": False,  # as in `urls.py`
        "SORT_OPERATION_PARAMETERS": order_of_parameter,
        # The values alone: a list of `value` - value says nothing more.
        "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
        "POSTPROCESSING_HOOKS": [
            "drf_spectacular.hooks.postprocess_schema_enums",
            "lambdaserve.api.reference.openapi_links.add_links",
        ],
        "ENUM_NAME_OVERRIDES": {
            "DataSourceEnum": "lambdaserve.api.openapi.SOURCES",
            "DirectionEnum": "lambdaserve.api.openapi.DIRECTIONS",
            "HealthEnum": f"{states}.STATES",
            "ServiceHealthEnum": f"{states}.SERVICE_STATES",
            "BatchLayerHealthEnum": f"{states}.BATCH_STATES",
            "DiskHealthEnum": f"{states}.DISK_STATES",
            "SpeedLayerHealthEnum": f"{states}.SPEED_STATES",
            "ReadinessEnum": f"{states}.READY_STATES",
            "BreakerEnum": f"{states}.BREAKER_STATES",
        },
    }
