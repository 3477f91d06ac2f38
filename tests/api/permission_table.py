"""Table of every route of the project, and what each kind of caller gets there.

Requirements S1, S6 and S7.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.api.healthy_world import MOVIE

PLANNED = "planned"
"""The id of a batch run that is not published."""

# A cell is the status, or one with and one without ANONYMOUS_READ.
#                 anony-  wrong  keys: none, read,    and read: user, per-  staff: per-  tokens: wrong,
#                 mous    key    explain, metrics,    explain,  mitted      mitted, not, user, permitted,
#                                manage               preview               superuser    superuser
AUDIENCES = {
    "readers":    "200|401 401   403 200  403 403 403 200 200  200 200  200 200 200  401 200 200 200",
    "explained":  "401     401   403 403  403 403 403 200 403  403 200  200 200 200  401 403 200 200",
    "previewed":  "401     401   403 403  403 403 403 403 200  403 200  200 200 200  401 403 200 200",
    "metered":    "401     401   403 403  403 200 403 403 403  403 200  403 200 200  401 403 200 200",
    "unmetered":  "401     401   403 403  403 405 403 403 403  403 405  403 405 405  401 403 405 405",
    "all":        "200     401   200 200  200 200 200 200 200  200 200  200 200 200  401 200 200 200",
    "none":       "405     401   405 405  405 405 405 405 405  405 405  405 405 405  401 405 405 405",
    "visitors":   "200     200   200 200  200 200 200 200 200  200 200  200 200 200  200 200 200 200",
    "no visitor": "405     405   405 405  405 405 405 405 405  405 405  405 405 405  405 405 405 405",
    "redirected": "302     302   302 302  302 302 302 302 302  302 302  302 302 302  302 302 302 302",
    "to log in":  "200     200   200 200  200 200 200 200 200  200 200  302 302 302  200 200 200 200",
    "logged out": "302     302   302 302  302 302 302 302 302  302 302  200 200 200  302 302 302 302",
    "no way out": "302     302   302 302  302 302 302 302 302  302 302  405 405 405  302 302 302 302",
    "browsers":   "200|enter " + "200|enter " * 8 + "200 200  200 200 200  " + "200|enter " * 4,
    "listing":    "200|404 " * 18,
    "fragment":   "200|403 " + "200|403 " * 8 + "200 200  200 200 200  " + "200|403 " * 4,
    "operators":  "enter " * 9 + "403 200  403 200 200  " + "enter " * 4,
    "entering":   "200 " * 9 + "302 302  302 302 302  " + "200 " * 4,
    "staff":      "login " * 11 + "200 200 200 " + "login " * 4,
    "staff next": "login " * 11 + "302 302 302 " + "login " * 4,
    "staff lost": "login " * 11 + "404 404 404 " + "login " * 4,
    "permitted":  "login " * 11 + "403 200 200 " + "login " * 4,
    "no post":    "login " * 11 + "405 405 405 " + "login " * 4,
    "done":       "login " * 11 + "403 302 302 " + "login " * 4,
    "done here":  "login " * 11 + "403 200 200 " + "login " * 4,
    "shown":      "login " * 11 + "404 200 200 " + "login " * 4,
    "closed":     "login " * 11 + "403 403 403 " + "login " * 4,
    "questions":  "415|401 401   403 415  403 403 403 415 415  415 415  415 415 415  401 415 415 415",
    "json only":  "415     415   415 415  415 415 415 415 415  415 415  415 415 415  415 415 415 415",
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A request to a route, and its audience.

    Attributes:
        route: Django's pattern of the address.
        method: HTTP method.
        address: an example; ``{key}``, ``{user}``, ``{group}`` and ``{users}`` stand for ids.
        audience: key of ``AUDIENCES``.
        needs: permissions, each of which is enough; ``+`` joins those that are needed together.
        body: that is posted.
    """

    route: str
    method: str
    address: str
    audience: str
    needs: tuple[str, ...] = ()
    body: dict[str, Any] = field(default_factory=dict)


API = "api/v1/"
VIEWS = {
    "movies/<str:movie_id>": f"movies/{MOVIE}",
    "movies/<str:movie_id>/sentiment": f"movies/{MOVIE}/sentiment?window=7d",
    "movies/<str:movie_id>/stats": f"movies/{MOVIE}/stats",
    "search/movies": "search/movies?q=fight",
    "search/genres": "search/genres",
    "trending/movies": "trending/movies",
    "trending/history": "trending/history?hours=3",
    "trending/genres/<path:genre>": "trending/genres/Drama",
    "analytics/genre/<path:genre>": "analytics/genre/Drama",
    "analytics/trends": "analytics/trends?metric=rating",
    "analytics/overview": "analytics/overview",
    "analytics/sentiment/comparison": "analytics/sentiment/comparison",
    "analytics/actors/<path:name>": "analytics/actors/Edward%20Norton",
    "people": "people?q=norton",
    "people/<path:name>": "people/Edward%20Norton",
    "people/<path:name>/movies": "people/Edward%20Norton/movies",
    "recommendations/movies/<str:movie_id>/similar": f"recommendations/movies/{MOVIE}/similar",
    "recommendations/genres/<path:genre>": "recommendations/genres/Drama",
}
PERSONAL = "recommendations/personalized"
"""The one view that is asked with a POST; the table sends no JSON, so those who may ask are answered 415."""

PROBES = {"health": "readers", "health/live": "all", "health/ready": "all"}
TOKENS = ("", "/refresh", "/verify", "/revoke")
PAGES = dict.fromkeys(("api", "api/", "api/v1", "api/v1/", "api/schema/"), ("all", "none"))
PAGES |= dict.fromkeys(("api/docs/", "api/redoc/"), ("visitors", "no visitor"))
PAGES |= {
    "": ("browsers", "no visitor"),
    "about/": ("visitors", "no visitor"),
    "contract.yaml": ("visitors", "no visitor"),
    "favicon.ico": ("redirected", "redirected"),
    "robots.txt": ("visitors", "no visitor"),
    "sitemap.xml": ("listing", "no visitor"),
    "metrics": ("metered", "unmetered"),
}

BROWSED = {
    "trending/": ("trending/?window=24h", "browsers"),
    "movies/<str:movie_id>/": (f"movies/{MOVIE}/", "browsers"),
    "movies/<int:movie_id>/card.svg": (f"movies/{MOVIE}/card.svg", "fragment"),
    "movies/<int:movie_id>/card.png": (f"movies/{MOVIE}/card.png", "fragment"),
    "card.png": ("card.png", "fragment"),
    "genres/": ("genres/", "browsers"),
    "genres/<path:name>/": ("genres/Drama/", "browsers"),
    "decades/<int:decade>/": ("decades/1990/", "browsers"),
    "analytics/": ("analytics/?genre=Drama", "browsers"),
    "people/": ("people/?q=norton", "browsers"),
    "people/<path:name>/": ("people/Edward%20Norton/", "browsers"),
    "sitemap-<str:section>.xml": ("sitemap-movies.xml", "listing"),
    "search/": ("search/?q=fight", "browsers"),
    "fragments/<str:name>/": ("fragments/trending/", "fragment"),
    "operations/": ("operations/", "operators"),
    "quality/": ("quality/", "browsers"),
}
"""Pages, which take no POST."""

ADMIN = {  # GET, POST
    "": ("", "staff", "staff"),
    "login/": ("login/", "to log in", "visitors"),
    "logout/": ("logout/", "no way out", "logged out"),
    "password_change/": ("password_change/", "staff", "staff"),
    "password_change/done/": ("password_change/done/", "staff", "no post"),
    "jsi18n/": ("jsi18n/", "staff", "no post"),
    "r/<path:content_type_id>/<path:object_id>/": ("r/{users}/{user}/", "staff lost", "staff lost"),
    "(?P<url>.*)$": ("nothing/here/", "staff lost", "staff lost"),
}

PASSWORD = "correct horse battery staple"
NEW: Mapping[str, dict[str, Any]] = {
    "access/apikey": {"name": "new", "scopes": ["read"]},
    "auth/user": {"username": "new", "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD},
    "auth/group": {"name": "new"},
}
CHANGED: Mapping[str, dict[str, Any]] = {
    "access/apikey": {"name": "renamed", "scopes": ["read"]},
    "auth/user": {"username": "renamed", "date_joined_0": "2030-01-01", "date_joined_1": "00:00:00"},
    "auth/group": {"name": "renamed"},
}


def rows() -> Iterator[Row]:
    """All rows of the table."""
    for route, address in VIEWS.items():
        yield Row(API + route, "GET", API + address, "readers")
        yield Row(API + route, "GET", f"{API}{address}{'&' if '?' in address else '?'}explain=1", "explained")
        yield Row(API + route, "GET", f"{API}{address}{'&' if '?' in address else '?'}run={PLANNED}", "previewed")
        yield from (Row(API + route, method, API + address, "none") for method in ("POST", "PUT", "PATCH", "DELETE"))
    yield Row(API + PERSONAL, "POST", API + PERSONAL, "questions")
    yield from (Row(API + PERSONAL, method, API + PERSONAL, "none") for method in ("GET", "PUT", "PATCH", "DELETE"))
    for route, audience in PROBES.items():
        yield Row(API + route, "GET", API + route, audience)
        yield from (Row(API + route, method, API + route, "none") for method in ("POST", "DELETE"))
    for end in TOKENS:
        route = f"{API}auth/token{end}"
        yield Row(route, "POST", route, "json only")
        yield from (Row(route, method, route, "no visitor") for method in ("GET", "PUT", "DELETE"))
    for route, (reading, writing) in PAGES.items():
        needs = ("access.see_metrics",) if route == "metrics" else ()
        yield Row(route, "GET", route, reading, needs)
        yield from (Row(route, method, route, writing, needs) for method in ("POST", "DELETE"))
    for route, (address, reading) in BROWSED.items():
        needs = ("access.see_operations",) if reading == "operators" else ()
        yield Row(route, "GET", address, reading, needs)
        yield from (Row(route, method, address, "no visitor", needs) for method in ("POST", "DELETE"))
    yield Row("login/", "GET", "login/", "entering")
    yield Row("login/", "POST", "login/", "entering", body={"username": "another user"})
    yield Row("logout/", "GET", "logout/", "no visitor")
    yield Row("logout/", "POST", "logout/", "redirected")
    for route, (address, reading, writing) in ADMIN.items():
        yield Row(f"admin/{route}", "GET", f"admin/{address}", reading)
        yield Row(f"admin/{route}", "POST", f"admin/{address}", writing)
    yield from rows_beside_models()
    for model in NEW:
        yield from rows_of_model(model)
    yield from rows_of_sessions()
    yield from rows_of_documents()
    yield from rows_of_operations()


def rows_beside_models() -> Iterator[Row]:
    """Rows of addresses that need a model's permissions but are not its own pages."""
    seeing_users = ("auth.view_user", "auth.change_user")
    lookup = "admin/autocomplete/?app_label=access&model_name=apikey&field_name=owner"
    apps = "admin/^(?P<app_label>auth|access|staff)/$"
    any_of_access = (
        *(f"access.{action}_apikey" for action in ("view", "add", "change", "delete")),
        "access.view_session",
    )
    password = "admin/auth/user/<id>/password/"
    for method in ("GET", "POST"):
        yield Row("admin/autocomplete/", method, lookup, "permitted" if method == "GET" else "no post", seeing_users)
        yield Row(apps, method, "admin/access/", "shown", any_of_access)
        yield Row(password, method, "admin/auth/user/{user}/password/", "permitted", ("auth.change_user",))


def rows_of_model(model: str) -> Iterator[Row]:
    """Rows of a model's admin pages."""
    app, name = model.split("/")
    base, one = f"admin/{model}/", f"admin/{model}/{{{name.removeprefix('api')}}}/"
    add, change, delete, view = (f"{app}.{action}_{name}" for action in ("add", "change", "delete", "view"))
    adding = f"{add}+{change}" if name == "user" else add
    # A new key is shown in the response to its form, not after a redirect.
    added = "done here" if name == "apikey" else "done"
    chosen = {"_selected_action": [f"{{{name.removeprefix('api')}}}"], "action": "delete_selected", "post": "yes"}
    for method in ("GET", "POST"):
        reads = method == "GET"
        yield Row(f"{base}<path:object_id>/history/", method, f"{one}history/", "permitted", (view, change))
        yield Row(f"{base}<path:object_id>/", method, one, "staff next")
        yield Row(f"{base}add/", method, f"{base}add/", "permitted" if reads else added, (adding,), NEW[model])
    yield Row(base, "GET", base, "permitted", (view, change))
    yield Row(base, "POST", base, "done", (f"{view}+{delete}", f"{change}+{delete}"), chosen)
    yield Row(f"{base}<path:object_id>/change/", "GET", f"{one}change/", "permitted", (view, change))
    yield Row(f"{base}<path:object_id>/change/", "POST", f"{one}change/", "done", (change,), CHANGED[model])
    yield Row(f"{base}<path:object_id>/delete/", "GET", f"{one}delete/", "permitted", (delete,))
    yield Row(f"{base}<path:object_id>/delete/", "POST", f"{one}delete/", "done", (delete,), {"post": "yes"})


def rows_of_sessions() -> Iterator[Row]:
    """Rows of the admin pages of token sessions, which can only be ended."""
    base, one, view = "admin/access/session/", "admin/access/session/{session}/", ("access.view_session",)
    chosen = {"_selected_action": ["{session}"], "action": "end"}
    for method in ("GET", "POST"):
        yield Row(f"{base}<path:object_id>/history/", method, f"{one}history/", "permitted", view)
        yield Row(f"{base}<path:object_id>/", method, one, "staff next")
        yield Row(f"{base}add/", method, f"{base}add/", "closed")
        yield Row(f"{base}<path:object_id>/delete/", method, f"{one}delete/", "closed")
    yield Row(base, "GET", base, "permitted", view)
    yield Row(base, "POST", base, "done", ("access.view_session+access.end_session",), chosen)
    yield Row(f"{base}<path:object_id>/change/", "GET", f"{one}change/", "permitted", view)
    yield Row(f"{base}<path:object_id>/change/", "POST", f"{one}change/", "closed")


def rows_of_documents() -> Iterator[Row]:
    """Rows of the admin pages of stored documents, which are read-only."""
    for kind in ("batch", "speed"):
        base, one = f"admin/staff/{kind}document/", f"admin/staff/{kind}document/{{{kind}}}/"
        view = (f"staff.view_{kind}document",)
        for method in ("GET", "POST"):
            yield Row(f"{base}<path:object_id>/history/", method, f"{one}history/", "permitted", view)
            yield Row(f"{base}<path:object_id>/", method, one, "staff next")
            yield Row(f"{base}add/", method, f"{base}add/", "closed")
            yield Row(f"{base}<path:object_id>/delete/", method, f"{one}delete/", "closed")
            yield Row(base, method, base, "permitted", view)
        yield Row(f"{base}<path:object_id>/change/", "GET", f"{one}change/", "permitted", view)
        yield Row(f"{base}<path:object_id>/change/", "POST", f"{one}change/", "closed")


def rows_of_operations() -> Iterator[Row]:
    """Rows of the operations pages: one permission to see them, and another for each action."""
    see, manage, publish = "access.see_operations", "access.manage_stores", "access.publish_runs"
    actions: dict[str, list[tuple[str, dict[str, Any]]]] = {
        "health": [],
        "freshness": [],
        "cache": [
            (manage, {"action": "all", "confirmed": "yes"}),
            (manage, {"action": "view", "view": "movies.details"}),
            (manage, {"action": "movie", "movie": str(MOVIE)}),
            (manage, {"action": "warm"}),
        ],
        "indexes": [(manage, {"action": name, "confirmed": "yes"}) for name in ("create", "drop", "expiry")],
        "runs": [(publish, {"action": name, "confirmed": "yes"}) for name in ("publish", "rollback")],
        "drift": [],
        "contract": [],
    }
    for page, bodies in actions.items():
        address = f"admin/operations/{page}/"
        yield Row(address, "GET", address, "permitted", (see,))
        yield Row(address, "POST", address, "done", (see,), {"action": "none of these"})
        yield from (Row(address, "POST", address, "done", (f"{see}+{needed}",), body) for needed, body in bodies)


def fill_in(row: Row, ids: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """A row's address and body with the ids filled in."""
    body = {
        name: [each.format(**ids) for each in value] if isinstance(value, list) else value.format(**ids)
        for name, value in row.body.items()
    }
    return row.address.format(**ids), body
