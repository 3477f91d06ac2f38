"""Addresses of the whole project."""

from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView

from lambdaserve import pages

_api_v1 = [
    path("", include("movies.urls")),
    path("", include("trending.urls")),
    path("", include("analytics.urls")),
    path("", include("lambdaserve.ops.urls")),
]

urlpatterns = [
    path("", pages.start, name="start"),
    path("favicon.ico", RedirectView.as_view(url=static("icon.svg")), name="favicon"),
    path("admin/", admin.site.urls),
    path("api/v1/", include(_api_v1)),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", pages.SwaggerView.as_view(), name="docs"),
    path("api/redoc/", pages.RedocView.as_view(), name="redoc"),
]

handler400 = "lambdaserve.exceptions.bad_request"
handler403 = "lambdaserve.exceptions.forbidden"
handler404 = "lambdaserve.exceptions.not_found"
handler500 = "lambdaserve.exceptions.server_error"
