"""The callers of a soak: some send far more than their limit, some are new each time. Seeded.

Every client comes through one trusted proxy, whose ``X-Forwarded-For`` distinguishes them.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from benchmarks.harness.workload import API
from lambdaserve.access.credentials.api_keys import KeyText
from tests.integration.faults.load import Question

PASSWORD = "correct horse battery staple"  # of the soak's own user
USER = "soaked"
_CSRF = "s" * 32
_HOSTILE = (
    *('{"$ne": null}', "$where", "^(a+)+$", ".*", "(", "\x00", "Dr\u0430ma", "\ufdfa" * 30, "9" * 400, "NaN"),
    *("' OR 1=1", "<script>", "../../etc/passwd", "%s%n", "e" + "\u0301" * 80, "1e9d", "-1", "x" * 6000),
)
_PAGES = (
    *("/", "/api/docs/", "/api/redoc/", "/api/schema/", "/admin/login/", "/favicon.ico", "/static/icon.svg"),
    *(f"{API}health", f"{API}health/live", f"{API}health/ready"),
)


@dataclass
class Dice:
    """Random choices, and names that were not used before.

    All numbers have seven digits, so that requests cost as much at the end as at first: the search looks for two errors
    in a long word.
    """

    random: random.Random = field(default_factory=lambda: random.Random(1))
    _used: int = 1_000_000

    def address(self) -> str:
        """Draws a new address, of IPv4 or of a new /48 of IPv6, which is another customer's."""
        number = self.number()
        high, low = number >> 8 & 255, number & 255
        return f"10.{number >> 16}.{high}.{low}" if number % 4 else f"2001:{number >> 16:x}:{number & 0xFFFF:x}::1"

    def number(self) -> int:
        """Draws a new number."""
        self._used += 1
        return self._used


@dataclass(frozen=True, slots=True)
class Person:
    """A kind of caller.

    Attributes:
        name: of the kind.
        rate: requests per second.
        ask: makes a request.
        limited: whether all requests of the kind are one client's, each for one token.
        burst, per_minute: of such a client.
    """

    name: str
    rate: float
    ask: Callable[[], Question]
    limited: bool = False
    burst: int = 0
    per_minute: int = 0


@dataclass(frozen=True, slots=True)
class Credentials:
    """Credentials that the service issued.

    Attributes:
        keys: of scope read, with a rate of their own.
        explain: a key of scopes read and explain.
        token: an access token of a user who may read.
    """

    keys: Sequence[str]
    explain: str
    token: str


class People:
    """All kinds of callers.

    Args:
        movies: ids of movies that are known.
        credentials: of those who have some.
        default: rate per minute and burst of a client without a key.
        of_keys: those of ``credentials.keys``.
    """

    def __init__(
        self, movies: Sequence[int], credentials: Credentials, default: tuple[int, int], of_keys: tuple[int, int]
    ) -> None:
        self._movies, self._credentials, self._dice = movies, credentials, Dice()
        self._choose = self._dice.random.choice
        rate, burst = default
        own_rate, own_burst = of_keys
        greedy = [
            Person(f"greedy address {n}", 20, self._by_address(f"198.51.100.{n}"), True, burst, rate) for n in (1, 2)
        ]
        greedy += [
            Person(f"greedy key {n}", 25, self._by({"X-API-Key": key}), True, own_burst, own_rate)
            for n, key in enumerate(credentials.keys, 1)
        ]
        bearer = {"Authorization": f"Bearer {credentials.token}"}
        self.everybody: tuple[Person, ...] = (
            *greedy,
            Person("greedy user", 15, self._by(bearer), True, burst, rate),
            Person("wrong keys of one address", 10, self._wrong_key("198.51.100.9"), True, burst, rate),
            Person("wrong tokens of one address", 10, self._wrong_token("198.51.100.10"), True, burst, rate),
            Person("wrong keys", 10, self._wrong_key(None)),
            Person("wrong tokens", 10, self._wrong_token(None)),
            Person("passers-by", 30, self.passer_by),
            Person("hostile", 25, self._hostile),
            Person("new headers", 20, self._new_headers),
            Person("explained", 2, self._by({"X-API-Key": credentials.explain}, "&explain=1")),
            Person("pages", 4, self._page),
            Person("log-ins in the admin", 0.3, self._admin_log_in),
            Person("log-ins for tokens", 0.3, self._token_log_in),
            Person("made-up refresh tokens", 2, self._refresh),
        )

    @property
    def rate(self) -> float:
        """Requests per second of all callers together."""
        return sum(person.rate for person in self.everybody)

    def next(self) -> Question:
        """Draws the next request of any caller."""
        weights = [person.rate for person in self.everybody]
        (person,) = self._dice.random.choices(self.everybody, weights)
        return person.ask()._replace(key=person.name)

    def _sent(self, path: str, headers: Mapping[str, str] | None = None, address: str | None = None) -> Question:
        sent = {"Accept": "application/json", "X-Forwarded-For": address or self._dice.address(), **(headers or {})}
        return Question("", path, sent)

    def _usual(self) -> str:
        """A repeated request that costs one token."""
        ending = self._choose(("", "/stats", "/stats?hours=24", "/stats?hours=48"))
        return f"{API}movies/{self._choose(self._movies[:10])}{ending}"

    def _by(self, headers: Mapping[str, str], more: str = "") -> Callable[[], Question]:
        def ask() -> Question:
            path = self._usual()
            return self._sent(path + (more if "?" in path else more.replace("&", "?", 1)), headers)

        return ask

    def _by_address(self, address: str) -> Callable[[], Question]:
        return lambda: self._sent(self._usual(), address=address)

    def _wrong_key(self, address: str | None) -> Callable[[], Question]:
        return lambda: self._sent(self._usual(), {"X-API-Key": str(KeyText.generate())}, address)

    def _wrong_token(self, address: str | None) -> Callable[[], Question]:
        def ask() -> Question:
            parts = self._credentials.token.split(".")
            parts[self._choose((0, 1, 2))] = f"{self._dice.number():040x}"
            return self._sent(self._usual(), {"Authorization": f"Bearer {'.'.join(parts)}"}, address)

        return ask

    def passer_by(self) -> Question:
        """A new request, perhaps one without an answer."""
        number, dice = self._dice.number(), self._dice.random
        hours, limit = dice.randint(2, 2000), dice.randint(1, 100)
        path = self._choose(
            (
                f"movies/{number + 10_000_000}",
                f"movies/{self._choose(self._movies)}/sentiment?window={hours}h&granularity=day",
                f"movies/{self._choose(self._movies)}/stats?hours={dice.randint(1, 168)}",
                f"trending/movies?window={dice.randint(1, 48)}h&limit={limit}",
                f"trending/genres/genre{number}",
                f"analytics/genre/genre{number}",
                f"analytics/actors/actor%20{number}",
                f"analytics/trends?metric=rating&window={hours}h",
                f"search/movies?q=word{number}&limit={limit}",
                f"search/movies?rating_min={dice.randint(0, 999) / 100}&offset={limit}",
                f"search/genres?q=word{number}",
            )
        )
        return self._sent(API + path)

    def _hostile(self) -> Question:
        text, number = self._choose(_HOSTILE), self._dice.number()
        name = self._choose(("q", "genre", "genre[$ne]", "window", "limit", "offset", "year_from", f"name{number}"))
        place = self._choose(("search/movies", "trending/movies", "analytics/trends", "search/genres"))
        path = self._choose((f"{place}?{urlencode({name: text, 'limit': number})}", f"analytics/genre/{quote(text)}"))
        return self._sent(API + path)

    def _new_headers(self) -> Question:
        number = self._dice.number()
        new = {
            "Origin": f"https://site{number}.example",
            "User-Agent": f"browser/{number}",
            "Accept": f"application/json;q=0.{number}",
            "Accept-Encoding": f"gzip;q=0.{number}",
            "Accept-Language": f"x-{number}",
            "Authorization": f"Basic {number:020}",
            "Cookie": f"sessionid=s{number:031}",
            "Host": f"host{number}.example",
            "If-None-Match": f'"{number}"',
            "Referer": f"https://site{number}.example/",
            "X-Forwarded-Host": f"host{number}.example",
            "X-Forwarded-For": ", ".join(f"10.{number % 256}.0.{n}" for n in range(200)),
            "X-Request-ID": f"id-{number}",
        }
        name = self._choose((*new, "method"))
        if name == "method":
            return self._sent(self._usual())._replace(method=f"METHOD{number}")
        return self._sent(self._usual(), {name: new[name]})

    def _page(self) -> Question:
        number = self._dice.number()
        headers = {"Accept": "text/html", "Cookie": f"csrftoken={number:032}"}
        path = self._choose((*_PAGES, f"/page{number}", f"/static/file{number}", f"/admin/?next=/{number}"))
        return self._sent(path, headers if not path.startswith(API) else None)

    def _admin_log_in(self) -> Question:
        """An attempt to log in to the admin, now and then with the right password."""
        fields = {**self._tried(), "csrfmiddlewaretoken": _CSRF, "next": "/admin/"}
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": f"csrftoken={_CSRF}"}
        asked = self._sent("/admin/login/", headers, self._log_in_address())
        return asked._replace(method="POST", body=urlencode(fields).encode())

    def _token_log_in(self) -> Question:
        asked = self._sent(f"{API}auth/token", {"Content-Type": "application/json"}, self._log_in_address())
        return asked._replace(method="POST", body=json.dumps(self._tried()).encode())

    def _refresh(self) -> Question:
        body = {name: f"{self._credentials.token[:-20]}{self._dice.number():020}" for name in ("refresh", "token")}
        what = self._choose(("refresh", "verify", "revoke"))
        asked = self._sent(f"{API}auth/token/{what}", {"Content-Type": "application/json"}, self._log_in_address())
        return asked._replace(method="POST", body=json.dumps(body).encode())

    def _tried(self) -> dict[str, str]:
        is_right = self._dice.random.random() < 0.25
        number = self._dice.number()
        return {"username": USER if is_right else f"user{number}", "password": PASSWORD if is_right else f"{number}"}

    def _log_in_address(self) -> str | None:
        return self._choose((None, "198.51.100.20"))
