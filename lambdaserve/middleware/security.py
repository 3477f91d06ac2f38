"""Secures every response: HTTPS, the headers that browsers obey, and CORS.

``PageSecurity`` runs before Django's ``SecurityMiddleware`` for pages; ``ApiSecurity`` is both in one, for the API's
lane. Requirement S5.
"""

from __future__ import annotations

from corsheaders.middleware import CorsMiddleware
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed, PermissionDenied
from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.middleware.security import SecurityMiddleware

from lambdaserve.access.ratelimit.client_address import is_from, is_proxy
from lambdaserve.middleware.api_lane import GetResponse

_FORWARDED_PROTO = "HTTP_X_FORWARDED_PROTO"
_LOOPBACK = ("127.0.0.0/8", "::1")
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
        response = self._get_response(request)
        for name, value in _PAGE_HEADERS.items():
            response.headers.setdefault(name, value)
        return response


class ApiSecurity(SecurityMiddleware):
    """``PageSecurity`` and ``SecurityMiddleware`` in one, without the headers that only matter for pages."""

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self.referrer_policy = self.cross_origin_opener_policy = None

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        """A redirect to HTTPS where that is required.

        Raises:
            PermissionDenied: see ``_check_origin``.
        """
        _check_origin(request)
        return super().process_request(request)


def _check_origin(request: HttpRequest) -> None:
    """Drops ``X-Forwarded-Proto`` unless a trusted proxy says HTTPS; keeps other machines out under ``DEBUG``.

    Requirements S3 and S5.

    Raises:
        PermissionDenied: ``DEBUG`` is on, whose error pages show everything, and the request is another machine's.
    """
    meta = request.META
    if _FORWARDED_PROTO in meta and not _is_over_https(meta[_FORWARDED_PROTO], meta.get("REMOTE_ADDR", "")):
        del meta[_FORWARDED_PROTO]
    if settings.DEBUG and not is_from(_LOOPBACK, meta.get("REMOTE_ADDR", ""), "", ()):
        raise PermissionDenied


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
