"""MongoDB and Redis over TLS, by options of their addresses, in real handshakes; and a wrong one is refused (S5)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from lambdaserve.server.embedded_stores import LOOPBACK
from tests.integration.serving.test_settings import KEY, python
from tests.tls_proxy import OPENSSL, Authority, TlsProxy

pytestmark = pytest.mark.skipif(OPENSSL is None, reason="no openssl is installed, which makes the certificates")


@dataclass(frozen=True)
class Kind:
    """A store, and how its address names what TLS needs.

    Attributes:
        variable: that holds its address.
        address: with a place for the port and one for the options.
        script: speaks to it.
        authority: option with the file of the authority that is trusted.
        own: option with the file of one's own certificate and key.
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
    """Whom the tests trust, or not."""
    return Authority.founded(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def ports(mongo_uri: str, redis_url: str) -> dict[str, int]:
    """Where the stores answer without TLS."""
    return {"MONGODB_URI": urlsplit(mongo_uri).port or 0, "REDIS_URL": urlsplit(redis_url).port or 0}


@pytest.fixture(params=[MONGODB, REDIS], ids=["MongoDB", "Redis"])
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


def speaks(tmp_path: Path, kind: Kind, proxy: TlsProxy, **options: Path) -> bool:
    """Whether a process with these options in the store's address gets through to it."""
    told = "".join(f"&{name}={value}" for name, value in options.items())
    variables = {kind.variable: kind.address.format(proxy.port, told), "MONGODB_TIMEOUT": "1", "SECRET_KEY": KEY}
    found = python(tmp_path, "-c", f"import django; django.setup(); {kind.script}", **variables)
    assert str(KEY) not in found.stderr
    return found.returncode == 0 and found.stdout.strip() != ""


def test_a_store_whose_certificate_is_trusted_is_spoken_to(
    tmp_path: Path, authority: Authority, ports: dict[str, int], kind: Kind
) -> None:
    with TlsProxy(ports[kind.variable], authority.signed(LOOPBACK)) as proxy:
        assert speaks(tmp_path, kind, proxy, **{kind.authority: authority.certificate})
        assert proxy.handshakes > 0


def test_a_store_whose_certificate_nobody_vouches_for_is_not(
    tmp_path: Path, authority: Authority, ports: dict[str, int], kind: Kind
) -> None:
    with TlsProxy(ports[kind.variable], authority.signed(LOOPBACK)) as proxy:
        assert not speaks(tmp_path, kind, proxy)
        assert proxy.handshakes == 0


@pytest.mark.parametrize(("name", "days"), [("other.example", 2), (LOOPBACK, -1)], ids=["another's", "expired"])
def test_a_store_with_the_certificate_of_another_or_an_old_one_is_not(
    tmp_path: Path, authority: Authority, ports: dict[str, int], kind: Kind, name: str, days: int
) -> None:
    with TlsProxy(ports[kind.variable], authority.signed(name, days=days)) as proxy:
        assert not speaks(tmp_path, kind, proxy, **{kind.authority: authority.certificate})
        assert proxy.handshakes == 0


def test_a_store_that_asks_for_a_certificate_of_ours_gets_it(
    tmp_path: Path, authority: Authority, ports: dict[str, int], kind: Kind
) -> None:
    trusted = {kind.authority: authority.certificate}
    ours = {kind.own: authority.signed("lambdaserve.example")}
    with TlsProxy(ports[kind.variable], authority.signed(LOOPBACK), callers=authority.certificate) as proxy:
        assert not speaks(tmp_path, kind, proxy, **trusted)
        assert speaks(tmp_path, kind, proxy, **trusted, **ours)


def test_the_options_of_a_postgresql_address_reach_its_driver(tmp_path: Path) -> None:
    address = "postgres://user@sql.example/name?sslmode=verify-full&sslrootcert=/etc/ca.pem"
    script = "from django.conf import settings; print(sorted(settings.DATABASES['default']['OPTIONS'].items()))"
    found = python(tmp_path, "-c", script, DATABASE_URL=address, SECRET_KEY=KEY)
    assert found.stdout == "[('sslmode', 'verify-full'), ('sslrootcert', '/etc/ca.pem')]\n"
