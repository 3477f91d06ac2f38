"""What search engines may read."""

from __future__ import annotations

from typing import Any

from django.test import RequestFactory

from pages.sharing.robots import robots


def test_robots_may_read_open_pages_and_find_their_list(settings: Any) -> None:
    settings.ANONYMOUS_READ = True
    lines = robots(RequestFactory().get("/robots.txt")).content.decode().splitlines()
    assert {"Disallow: /api/", "Disallow: /admin/", "Disallow: /fragments/", "Disallow: /search/"} <= {*lines}
    assert "Disallow: /" not in lines
    assert lines[-1] == "Sitemap: http://testserver/sitemap.xml"


def test_robots_read_nothing_where_a_log_in_is_needed(settings: Any) -> None:
    settings.ANONYMOUS_READ = False
    assert robots(RequestFactory().get("/robots.txt")).content.decode() == "User-agent: *\nDisallow: /\n"
