"""Request bodies are limited at every address, known or not.

Requirement S5.
"""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client

from lambdaserve.server.capacity import FILE_PLACES

pytestmark = pytest.mark.django_db

ADDRESSES = ("/api/v1/movies/x", "/api/v1/no/such/thing", "/api/schema/", "/", "/admin/login/", "/metrics", "/no/page")


def send(method: str, path: str, content: bytes = b"", **extra: Any) -> Any:
    client = Client(raise_request_exception=False)
    return client.generic(method, path, content, content_type="application/json", **extra)


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"])
def test_oversized_body_is_refused_unread(settings: Any, method: str, path: str) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    response = send(method, path, b"x" * 101)
    assert response.status_code == 413
    if path.startswith("/api/"):
        assert response["Content-Type"] == "application/problem+json"
        assert method == "HEAD" or response.json()["detail"] == "The request body is too large; the limit is 100 bytes."
    else:
        assert response["Content-Type"] == "text/plain; charset=utf-8"
        assert "Content-Security-Policy" in response.headers
    assert response["X-Content-Type-Options"] == "nosniff"
    assert send(method, path, b"x" * 100).status_code != 413


@pytest.mark.parametrize("path", ADDRESSES)
def test_chunked_body_is_refused_with_411(path: str) -> None:
    assert send("POST", path, b"x", HTTP_TRANSFER_ENCODING="chunked").status_code == 411


def test_malformed_content_length_gives_400_and_no_server_error() -> None:
    for length in ("nonsense", "-1", "1e3", "0x10"):
        assert send("POST", "/api/v1/movies/1", b"x", CONTENT_LENGTH=length).status_code == 400
        assert send("GET", "/api/v1/health/live", CONTENT_LENGTH=length).status_code == 200


def test_body_that_ends_early_gives_400_and_no_server_error() -> None:
    class Broken(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise OSError("the client is gone")

    response = Client(raise_request_exception=False).request(
        **{"REQUEST_METHOD": "POST", "PATH_INFO": "/api/v1/movies/1", "CONTENT_LENGTH": "9", "wsgi.input": Broken()}
    )
    assert response.status_code == 400


def test_form_with_too_many_fields_is_refused(admin_client: Client) -> None:
    fields = {f"field{number}": "x" for number in range(1_001)}
    assert admin_client.post("/admin/login/", fields).status_code == 400


def test_uploaded_file_is_never_written_to_disk(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[object] = []
    monkeypatch.setattr("django.core.files.uploadedfile.TemporaryUploadedFile.__init__", lambda *_: written.append(1))
    admin_client.post("/admin/login/", {"username": "x", "file": io.BytesIO(b"x" * 200_000)})
    assert written == []
    assert admin_client.post("/admin/login/", {"file": io.BytesIO(b"x" * 300_000)}).status_code == 413


def test_short_file_is_sent_in_one_piece_and_long_file_in_several() -> None:
    bundle = "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"
    for path, pieces in (("/static/icon.svg", 1), (bundle, 25)):
        response: Any = Client().get(path)
        content = list(response)
        assert len(content) == pieces
        assert len(b"".join(content)) == int(response["Content-Length"])
        response.close()


def test_long_file_takes_a_place_and_releases_it_when_closed() -> None:
    bundle = "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"
    taken = [Client().get(bundle) for _ in range(FILE_PLACES)]
    refused = Client().get(bundle)
    assert [response.status_code for response in (*taken, refused)] == [200] * FILE_PLACES + [503]
    assert refused["Retry-After"] == "5"
    assert Client().head(bundle).status_code == 200
    taken.pop().close()
    taken.append(Client().get(bundle))
    assert taken[-1].status_code == 200
    for response in taken:
        response.close()
