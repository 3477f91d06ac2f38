"""Members of staff and readers of the pages, over the real stores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from lambdaserve.ops.health.monitor import monitor
from tests.api.conftest import Api, api, healthy_api, kept_world  # noqa: F401  # fixtures
from tests.pages.reader import Reader


class Staff:
    """A member of staff with some permissions, and their browser.

    Args:
        permissions: ``app.codename``.
    """

    def __init__(self, *permissions: str) -> None:
        from django.contrib.auth.models import Permission, User

        self.user = User.objects.create_user("staff", is_staff=True)
        for each in permissions:
            app, codename = each.split(".")
            self.user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
        self.browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
        self.browser.force_login(self.user)

    def get(self, path: str, status: int = 200, **parameters: Any) -> str:
        """Text of an admin page."""
        response: Any = self.browser.get(f"/admin/{path}", parameters)
        assert response.status_code == status, response.content[:2000]
        return str(response.content.decode())

    def post(self, path: str, form: dict[str, str], status: int = 200, *, token: bool = True) -> str:
        """Text that a posted action leads to: the next page, a confirmation, or a refusal."""
        if token:
            self.browser.get("/admin/password_change/")
            form = {**form, "csrfmiddlewaretoken": self.browser.cookies["csrftoken"].value}
        response: Any = self.browser.post(f"/admin/{path}", form, follow=True)
        assert response.status_code == status, response.content[:2000]
        return str(response.content.decode())


@pytest.fixture
def staff(db: None) -> Staff:
    """A member of staff with every permission of lambdaserve's."""
    return Staff(
        "staff.view_batchdocument",
        "staff.view_speeddocument",
        "access.see_operations",
        "access.manage_stores",
        "access.publish_runs",
    )


@pytest.fixture
def reader(healthy_api: Api, db: None) -> Iterator[Reader]:  # noqa: F811  # the fixture
    """A reader over a small healthy world."""
    monitor.cache_clear()
    yield Reader(healthy_api)
    monitor.cache_clear()
