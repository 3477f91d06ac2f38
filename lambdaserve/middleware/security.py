"""Secures every response: HTTPS, the headers that browsers obey, and CORS.

``PageSecurity`` runs before Django's ``SecurityMiddleware`` for pages; ``ApiSecurity`` is both in one, for the API's
lane. Requirement S5.
"""

from __future__ import annotations

import re

from corsheaders.middleware import CorsMiddleware
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.security import SecurityMiddleware

from lambdaserve.access.ratelimit.client_address import is_from, is_proxy
from lambdaserve.api.problems import Problem, refusal
from lambdaserve.middleware.api_lane import GetResponse

_FORWARDED_PROTO = "HTTP_X_FORWARDED_PROTO"
_LOOPBACK = ("127.0.0.0/8", "::1")
_CREDENTIALS = ("HTTP_X_API_KEY", "HTTP_AUTHORIZATION")
_OF_PROXIES = ("HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP", "HTTP_TRUE_CLIENT_IP", "HTTP_CF_CONNECTING_IP")
_IN_THE_CLEAR = Problem(
    403,
    "Credentials are accepted over https:// alone. These were sent unencrypted: replace them, since others may have "
    "read them.",
    "https-required",
    "Credentials were sent without encryption",
)
_PAGE_HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class PageSecurity:
    """Checks where a request comes from and adds the headers that Django's ``SecurityMiddleware`` lacks."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Returns the response with the additional headers.

        Raises:
            PermissionDenied: see ``_check_origin``.
        """
        _check_origin(request)
        response = _refusal_of(request) or self._get_response(request)
        for name, value in _PAGE_HEADERS.items():
            response.headers.setdefault(name, value)
        return response


class ApiSecurity(SecurityMiddleware):
    """``PageSecurity`` and ``SecurityMiddleware`` in one, without the headers that only matter for pages."""

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self.referrer_policy = self.cross_origin_opener_policy = None

    def process_request(self, request: HttpRequest) -> HttpResponse | None:  # type: ignore[override] # any will do
        """A redirect to HTTPS or a refusal where HTTPS is required and missing.

        Raises:
            PermissionDenied: see ``_check_origin``.
        """
        _check_origin(request)
        return _refusal_of(request) or super().process_request(request)


def _check_origin(request: HttpRequest) -> None:
    """Drops ``X-Forwarded-Proto`` unless a trusted proxy says HTTPS; keeps other machines out under ``DEBUG``.

    Requirements S3 and S5.

    Raises:
        PermissionDenied: ``DEBUG`` is on, whose error pages show everything, and the request is another machine's or
            may be.
    """
    meta = request.META
    if settings.DEBUG and (not is_from(_LOOPBACK, meta.get("REMOTE_ADDR", ""), "", ()) or _is_passed_on(request)):
        raise PermissionDenied
    if _FORWARDED_PROTO in meta and not _is_over_https(meta[_FORWARDED_PROTO], meta.get("REMOTE_ADDR", "")):
        del meta[_FORWARDED_PROTO]


def _is_passed_on(request: HttpRequest) -> bool:
    """Whether a request may come through a proxy of this machine, which makes every client look like this machine.

    Most proxies add a header that says so. nginx adds none by default, but asks in HTTP/1.0, as no browser does.
    """
    return request.META.get("SERVER_PROTOCOL") == "HTTP/1.0" or any(
        name.startswith("HTTP_X_FORWARDED") or name in _OF_PROXIES for name in request.META
    )


def _refusal_of(request: HttpRequest) -> HttpResponse | None:
    """The refusal of credentials over plain HTTP where HTTPS is required; ``None`` for any other request.

    A redirect would teach the client nothing: it would go on sending its key in the clear first.
    """
    if (
        not settings.SECURE_SSL_REDIRECT
        or not any(name in request.META for name in _CREDENTIALS)
        or request.is_secure()
        or any(re.search(exempt, request.path.removeprefix("/")) for exempt in settings.SECURE_REDIRECT_EXEMPT)
    ):
        return None
    return refusal(request, _IN_THE_CLEAR)


def _is_over_https(forwarded: str, remote: str) -> bool:
    """Whether ``X-Forwarded-Proto`` comes from a trusted proxy and says HTTPS for every hop that it lists."""
    protocols = {hop.strip() for hop in forwarded.split(",")}
    return protocols == {"https"} and is_proxy(remote, settings.TRUSTED_PROXIES)


class CorsIfConfigured(CorsMiddleware):
    """``CorsMiddleware`` where ``CORS_ORIGINS`` is set; without origins it is left out of the chain."""

    def __init__(self, get_response: GetResponse) -> None:
        if not settings.CORS_ALLOWED_ORIGINS:
            raise MiddlewareNotUsed
        super().__init__(get_response)
