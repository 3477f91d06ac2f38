"""Which texts each kind of variable takes, and the values that they become."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from lambdaserve.config import kinds
from lambdaserve.config.env import Environment, Variable
from lambdaserve.config.kinds import Address, ImageAddress, Kind

IMAGES = "https://a.example"
SECRET = "vGq3-an-own-secret-of-32-characters"


def read(kind: Kind[Any], text: str) -> Any:
    return Environment({"NAME": text}).read(Variable("NAME", kind, "the default", "For tests."))


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (kinds.text(), " moviedb ", "moviedb"),
        (kinds.integer(least=0, most=100), "100", 100),
        (kinds.number(least=0.05, most=60), "0.5", 0.5),
        (kinds.boolean(), "Yes", True),
        (kinds.boolean(), "off", False),
        (kinds.duration(), "90", timedelta(seconds=90)),
        (kinds.duration(), "90s", timedelta(seconds=90)),
        (kinds.duration(), "10m", timedelta(minutes=10)),
        (kinds.duration(), "36 H", timedelta(hours=36)),
        (kinds.duration(), "2d", timedelta(days=2)),
        (kinds.url("mongodb", "mongodb+srv"), "mongodb://a:1,b:2/?replicaSet=r", "mongodb://a:1,b:2/?replicaSet=r"),
        (kinds.url("unix"), "unix:///run/redis.sock", "unix:///run/redis.sock"),
        (kinds.choice("auto", "never"), "NEVER", "never"),
        (kinds.listing(), "a, b,,c ", ("a", "b", "c")),
        (kinds.json_object(), '{"fields": {"score": "value"}}', {"fields": {"score": "value"}}),
        (kinds.address(), "0.0.0.0:80", Address("0.0.0.0", 80)),
        (kinds.address(), "[::1]:8000", Address("::1", 8000)),
        (kinds.redis_url(), "redis+cluster://a:1,b:2", "redis+cluster://a:1,b:2"),
        (kinds.networks(), "10.0.0.0/8, ::1, 10.1.2.3/16", ("10.0.0.0/8", "::1", "10.1.2.3/16")),
        (kinds.origins(), "https://a.example, http://b:8000", ("https://a.example", "http://b:8000")),
        (kinds.image_address(), "https://a.example/w342", ImageAddress(IMAGES, f"{IMAGES}/w342/{{poster_path}}")),
        (kinds.image_address(), "https://a.example", ImageAddress(IMAGES, f"{IMAGES}/{{poster_path}}")),
        (
            kinds.image_address(),
            "http://[::1]:8080/{movie_id}.jpg?w=342",
            ImageAddress("http://[::1]:8080", "http://[::1]:8080/{movie_id}.jpg?w=342"),
        ),
        (kinds.own_secret(), SECRET, SECRET),
        (kinds.own_secrets(), f"{SECRET},{SECRET}x", (SECRET, f"{SECRET}x")),
    ],
)
def test_kind_turns_its_texts_into_values(kind: Kind[Any], text: str, value: object) -> None:
    assert read(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (kinds.integer(least=1, most=9), "ten"),
        (kinds.integer(least=1, most=9), "10"),
        (kinds.integer(least=1, most=9), "1_0"),
        (kinds.integer(least=1, most=9), "٣"),
        (kinds.number(least=0, most=1), "nan"),
        (kinds.number(least=0, most=1), "inf"),
        (kinds.boolean(), "maybe"),
        (kinds.duration(), "10 minutes"),
        (kinds.duration(), "-5m"),
        (kinds.duration(), "0"),
        (kinds.duration(), "999999999d"),
        (kinds.url("redis"), "localhost:6379"),
        (kinds.url("redis"), "http://localhost"),
        (kinds.url("redis"), "redis://"),
        (kinds.choice("auto", "never"), "always"),
        (kinds.json_object(), "[1]"),
        (kinds.json_object(), "{"),
        (kinds.address(), "8000"),
        (kinds.address(), "127.0.0.1"),
        (kinds.address(), "127.0.0.1:0"),
        (kinds.address(), "127.0.0.1:99999"),
        (kinds.address(), "127.0.0.1:80/path"),
        (kinds.address(), "user@127.0.0.1:80"),
        (kinds.redis_url(), "http://localhost"),
        (kinds.networks(), "10.0.0.0/8, 10.0.0.300"),
        (kinds.origins(), "https://a.example/"),
        (kinds.origins(), "a.example"),
        *(
            (kinds.image_address(), each)
            for each in (
                "a.example/w342",
                "//a.example/w342",
                "javascript:alert(1)",
                "data:image/png,{poster_path}",
                "ftp://a.example/",
                "https://{movie_id}.example/",
                "https://user:password@a.example/",
                "https://a.example;script-src *",
                "https://a.example/ 'unsafe-inline'",
                "https://a.example/{id}",
                "https://a.example/{poster_path",
                'https://a.example/"><script>',
            )
        ),
        (kinds.own_secret(), SECRET[:31]),
        (kinds.own_secret(), "abcdefg" * 6),
        (kinds.own_secret(), f"django-insecure-{SECRET}"),
        (kinds.own_secrets(), f"{SECRET},short"),
    ],
)
def test_bad_text_is_refused_with_name_kind_and_text(kind: Kind[Any], text: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        read(kind, text)
    assert str(refused.value) == f"NAME takes {kind.takes}; got {text!r}"


@pytest.mark.parametrize(
    ("address", "url"),
    [
        (Address("127.0.0.1", 8000), "http://127.0.0.1:8000"),
        (Address("0.0.0.0", 80), "http://127.0.0.1:80"),
        (Address("::", 80), "http://[::1]:80"),
    ],
)
def test_url_is_one_that_a_browser_on_this_machine_can_open(address: Address, url: str) -> None:
    assert address.url() == url
