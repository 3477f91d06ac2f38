"""URL configuration of the whole project."""

from importlib import import_module

from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import RedirectView

from lambdaserve.api.reference import docs_pages
from lambdaserve.api.reference.contract_file import contract_file
from lambdaserve.api.reference.root import RootViewSet
from lambdaserve.ops.metrics.endpoint import MetricsView

# One flat list instead of nested includes: every level of includes costs each request time.
_api_v1 = [
    address
    for app in (
        "movies",
        "trending",
        "analytics",
        "people",
        "recommendations",
        "lambdaserve.ops",
        "lambdaserve.auth_api",
    )
    for address in import_module(f"{app}.urls").urlpatterns
]

_other_root = RootViewSet.as_view({"get": "links"}, schema=None)  # the description has one address of it

urlpatterns = [
    path(
        "api/v1/", include([*_api_v1, path("", _other_root, name="api-other")])
    ),  # first, since most requests are for it
    path("api/v1", RootViewSet.as_view({"get": "links"}), name="api"),
    path("api", _other_root, name="api-other"),
    path("api/", _other_root, name="api-other"),
    path("", include("pages.urls")),
    path("favicon.ico", RedirectView.as_view(url=static("icon.svg")), name="favicon"),
    path("metrics", MetricsView.as_view(), name="metrics"),
    path("contract.yaml", contract_file, name="contract"),
    path("admin/", admin.site.urls),
    path("api/schema/", docs_pages.SchemaView.as_view(), name="schema"),
    path("api/docs/", docs_pages.SwaggerView.as_view(), name="docs"),
    path("api/redoc/", docs_pages.RedocView.as_view(), name="redoc"),
]

handler400 = "lambdaserve.api.problems.bad_request"
handler403 = "lambdaserve.api.problems.forbidden"
handler404 = "lambdaserve.api.problems.not_found"
handler500 = "lambdaserve.api.problems.server_error"
