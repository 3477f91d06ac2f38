"""MongoDB and Redis are reached over TLS by options of their addresses; an untrusted certificate is refused.

The handshakes are real. Requirement S5.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from lambdaserve.server.embedded_stores import LOOPBACK
from tests.integration.serving.test_settings import KEY, python
from tests.tls_proxy import OPENSSL, Authority, TlsProxy

pytestmark = pytest.mark.skipif(OPENSSL is None, reason="openssl, which makes the certificates, is not installed")


@dataclass(frozen=True)
class Kind:
    """A store, and how its address spells the TLS options.

    Attributes:
        variable: holds the address.
        address: with a place for the port and one for the options.
        script: talks to the store.
        authority: option for the file of the trusted authority.
        own: option for the file of the client's certificate and key.
    """

    variable: str
    address: str
    script: str
    authority: str
    own: str


MONGODB = Kind(
    "MONGODB_URI",
    "mongodb://127.0.0.1:{}/?tls=true&directConnection=true{}",
    "from merger.stores.mongo.client import client; print(client().admin.command('ping')['ok'])",
    "tlsCAFile",
    "tlsCertificateKeyFile",
)
REDIS = Kind(
    "REDIS_URL",
    "rediss://127.0.0.1:{}/0?socket_timeout=2{}",
    "from merger.stores.redis.client import redis_link; print(redis_link().command('PING'));"
    "from django.core.cache import cache; cache.set('tls', 1); print(cache.get('tls'))",
    "ssl_ca_certs",
    "ssl_certfile",
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority that the clients trust, unless a test says otherwise."""
    return Authority.create(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def ports(mongo_uri: str, redis_url: str) -> dict[str, int]:
    """The ports on which the stores answer without TLS."""
    return {"MONGODB_URI": urlsplit(mongo_uri).port or 0, "REDIS_URL": urlsplit(redis_url).port or 0}


@pytest.fixture(params=[MONGODB, REDIS], ids=["MongoDB", "Redis"])
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


def can_talk(tmp_path: Path, kind: Kind, proxy: TlsProxy, **options: Path) -> bool:
    """Whether a process with these options in the store's address gets an answer from it."""
    query = "".join(f"&{name}={value}" for name, value in options.items())
    variables = {kind.variable: kind.address.format(proxy.port, query), "MONGODB_TIMEOUT": "1", "SECRET_KEY": KEY}
    found = python(tmp_path, "-c", f"import django; django.setup(); {kind.script}", **variables)
    assert str(KEY) not in found.stderr
    return found.returncode == 0 and found.stdout.strip() != ""


def test_store_with_a_trusted_certificate_is_used(
    tmp_path: Path, authority: Authority, ports: dict[str, int], kind: Kind
) -> None:
    with TlsProxy(ports[kind.variable], authority.sign(LOOPBACK)) as proxy:
        assert can_talk(tmp_path, kind, proxy, **{kind.authority: authority.certificate})
        assert proxy.handshakes > 0


def test_store_with_an_untrusted_certificate_is_refused(
    tmp_path: Path, authority: Authority, ports: dict[str, int], kind: Kind
) -> None:
    with TlsProxy(ports[kind.variable], authority.sign(LOOPBACK)) as proxy:
        assert not can_talk(tmp_path, kind, proxy)
        assert proxy.handshakes == 0


@pytest.mark.parametrize(("name", "days"), [("other.example", 2), (LOOPBACK, -1)], ids=["another name", "expired"])
def test_store_with_another_name_or_an_expired_certificate_is_refused(
    tmp_path: Path, authority: Authority, ports: dict[str, int], kind: Kind, name: str, days: int
) -> None:
    with TlsProxy(ports[kind.variable], authority.sign(name, days=days)) as proxy:
        assert not can_talk(tmp_path, kind, proxy, **{kind.authority: authority.certificate})
        assert proxy.handshakes == 0


def test_store_that_requires_a_client_certificate_gets_it(
    tmp_path: Path, authority: Authority, ports: dict[str, int], kind: Kind
) -> None:
    trusted = {kind.authority: authority.certificate}
    ours = {kind.own: authority.sign("lambdaserve.example")}
    with TlsProxy(ports[kind.variable], authority.sign(LOOPBACK), callers=authority.certificate) as proxy:
        assert not can_talk(tmp_path, kind, proxy, **trusted)
        assert can_talk(tmp_path, kind, proxy, **trusted, **ours)


def test_options_of_a_postgresql_address_reach_its_driver(tmp_path: Path) -> None:
    address = "postgres://user@sql.example/name?sslmode=verify-full&sslrootcert=/etc/ca.pem"
    script = "from django.conf import settings; print(sorted(settings.DATABASES['default']['OPTIONS'].items()))"
    found = python(tmp_path, "-c", script, DATABASE_URL=address, SECRET_KEY=KEY)
    assert found.stdout == "[('sslmode', 'verify-full'), ('sslrootcert', '/etc/ca.pem')]\n"
