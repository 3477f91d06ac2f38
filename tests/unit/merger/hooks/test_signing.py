"""Signatures are those of the Standard Webhooks specification."""

from __future__ import annotations

import base64

import pytest

from merger.hooks.signing import key_of, signed_headers


def test_the_vector_of_the_reference_libraries() -> None:
    secret, event_id = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    assert signed_headers(secret, event_id, 1614265330, b'{"test": 2432232314}') == {
        "webhook-id": event_id,
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "whsec_",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_not base64!",
        f"whsec_{base64.b64encode(bytes(23)).decode()}",
        f"whsec_{base64.b64encode(bytes(65)).decode()}",
    ],
)
def test_another_form_of_secret_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        key_of(secret)


def test_a_secret_of_64_bytes_is_a_key() -> None:
    assert key_of(f"whsec_{base64.b64encode(bytes(64)).decode()}") == bytes(64)
