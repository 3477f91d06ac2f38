"""Every environment variable that lambdaserve knows; ``docs/configuration.md`` is checked against this table."""

from __future__ import annotations

import ipaddress
import re
from datetime import timedelta
from typing import Any

from lambdaserve.config.env import (
    Address,
    Kind,
    Variable,
    address,
    boolean,
    choice,
    duration,
    integer,
    json_object,
    listing,
    number,
    text,
    url,
)
from merger.stores.redis import address as redisaddress

_ORIGIN = re.compile(r"https?://[^/?#\s]+")


def _network(raw: str) -> str:
    """An address or network in CIDR notation, as given; ``ValueError`` for anything else."""
    ipaddress.ip_network(raw, strict=False)
    return raw


def _origin(raw: str) -> str:
    """Scheme, host and perhaps port, as a browser sends it; ``ValueError`` for anything else."""
    if not _ORIGIN.fullmatch(raw):
        raise ValueError(raw)
    return raw


def _redis(raw: str) -> str:
    """An address of Redis, as given; ``ValueError`` for anything else."""
    redisaddress.parse_redis_url(raw)
    return raw


def _own_secret(raw: str) -> str:
    """A secret of this deployment's own; ``ValueError`` for what others may know or guess."""
    if len(raw) < 32 or len(set(raw)) < 8 or raw.startswith("django-insecure-"):
        raise ValueError(raw)
    return raw


_OWN_SECRET = Kind(_own_secret, "a random text of 32 characters or more")


# The stores
MONGODB_URI = Variable(
    "MONGODB_URI",
    url("mongodb", "mongodb+srv"),
    "",
    "MongoDB that holds batch_views and speed_views; pool, TLS and read preference are options of it.",
    secret=True,
)
MONGODB_DATABASE = Variable("MONGODB_DATABASE", text(), "moviedb", "Name of the database in it.")
VIEWS_ENGINE = Variable(
    "VIEWS_ENGINE",
    choice("mongodb", "djongo"),
    "mongodb",
    "What the admin reads stored documents with: django-mongodb-backend, or djongo (requirements-djongo.txt).",
)
MONGODB_TIMEOUT = Variable(
    "MONGODB_TIMEOUT",
    number(least=0.05, most=60),
    2.0,
    "Seconds that one request may wait for MongoDB in all.",
)
SLOW_QUERY_AFTER = Variable(
    "SLOW_QUERY_AFTER",
    number(least=0, most=60),
    0.1,
    "Seconds after which a query of the service is recorded, without its values, for suggest_indexes. 0: none is.",
)
REDIS_URL = Variable(
    "REDIS_URL",
    Kind(_redis, redisaddress.ACCEPTED_FORMS),
    "",
    "Redis or Valkey that holds the cache: one server, the one that Sentinels name, or a Cluster.",
    secret=True,
)
DATABASE_URL = Variable(
    "DATABASE_URL",
    url("sqlite", "postgres", "postgresql"),
    "",
    "SQL database for users, sessions and the admin's log.",
    secret=True,
)
DATA_DIR = Variable("DATA_DIR", text(), ".data", "Directory of everything that is stored locally.")
STATIC_DIR = Variable(
    "STATIC_DIR",
    text(),
    "",
    "Directory of static files that were collected beforehand, as in an image. Unset, `manage.py prepare` collects "
    "them into DATA_DIR.",
)

# Serving
BIND = Variable("BIND", address(), Address("127.0.0.1", 8000), "Address and port to serve on.")
LIVE_BIND = Variable(
    "LIVE_BIND", address(), Address("127.0.0.1", 8001), "Address and port of the process that pushes changes to pages."
)
LIVE_URL = Variable(
    "LIVE_URL",
    text(),
    "",
    "How browsers reach that process: a path that a load balancer sends to it, such as `/live/`, a whole address, or "
    "`:8001` for the page's own host on another port. Unset, `make run` starts it and pages elsewhere ask again every "
    "15 s, as they do everywhere with `none`.",
)
WORKERS = Variable("WORKERS", integer(least=1, most=256), 1, "Worker processes.")
THREADS = Variable("THREADS", integer(least=1, most=256), 4, "Threads that answer requests, in each worker.")
LOAD_SAMPLE = Variable(
    "LOAD_SAMPLE",
    choice("auto", "never"),
    "auto",
    "Whether `make run` fills an empty embedded MongoDB with the sample world.",
)
SAMPLE_SCALE = Variable(
    "SAMPLE_SCALE", number(least=0.001, most=10), 1.0, "Size of the sample world, as a share of the full one."
)

# Merging
CUTOFF_HOURS = Variable(
    "CUTOFF_HOURS",
    integer(least=1, most=8760),
    48,
    "Age in hours at which hours pass from the speed to the batch layer.",
)
MERGE_STRATEGY = Variable(
    "MERGE_STRATEGY",
    choice("watermark", "fixed"),
    "watermark",
    "Whether the time boundary follows the batch layer's real coverage or the clock alone.",
)
SPEED_TTL_GRACE = Variable(
    "SPEED_TTL_GRACE",
    duration(least=timedelta(0)),
    timedelta(hours=72),
    "How long a speed document is kept after its ttl_expires_at.",
)
SPEED_EXPIRY = Variable(
    "SPEED_EXPIRY", boolean(), True, "Whether MongoDB deletes it then, by an index that create_indexes declares."
)
SPEED_LAG_LIMIT = Variable(
    "SPEED_LAG_LIMIT",
    duration(),
    timedelta(minutes=10),
    "Age of the newest sync at which the speed layer is lagging.",
)
BATCH_STALE_AFTER = Variable(
    "BATCH_STALE_AFTER", duration(), timedelta(hours=36), "Age of the newest batch run at which it is stale."
)
BATCH_RUNS_KEPT = Variable(
    "BATCH_RUNS_KEPT",
    integer(least=0, most=1000),
    3,
    "Batch runs that publishing another one leaves whole; of older ones what newer ones replaced is deleted. 0: all.",
)
CONTRACT_ALIASES = Variable[dict[str, Any]](
    "CONTRACT_ALIASES", json_object(), {}, "Further spellings of stored fields that the contract reads."
)

CONTRACT_VALIDATION = Variable(
    "CONTRACT_VALIDATION",
    choice("warn", "error", "off"),
    "warn",
    "What MongoDB does with a written document that the contract can't read: logs it, refuses it, or nothing. "
    "migrate_views sets it.",
)

# Caching
CACHE_TTL_VOLATILE = Variable(
    "CACHE_TTL_VOLATILE",
    duration(),
    timedelta(minutes=4),
    "How long trending and sentiment answers are fresh.",
)
CACHE_TTL_STABLE = Variable(
    "CACHE_TTL_STABLE", duration(), timedelta(minutes=30), "How long analytics and search answers are fresh."
)
CACHE_TTL_VERY_STABLE = Variable(
    "CACHE_TTL_VERY_STABLE",
    duration(),
    timedelta(hours=1),
    "How long historical answers and genres are fresh.",
)
CACHE_TTL_ABSENT = Variable(
    "CACHE_TTL_ABSENT",
    duration(),
    timedelta(seconds=30),
    "How long it is remembered that a movie, genre or actor is unknown.",
)
CACHE_STALE_IF_ERROR = Variable(
    "CACHE_STALE_IF_ERROR",
    duration(),
    timedelta(hours=24),
    "How old an answer may be that is given, marked, while MongoDB is away.",
)

# Access and security
DEBUG = Variable("DEBUG", boolean(), False, "Django's debug mode, for development alone.")
SECRET_KEY = Variable(
    "SECRET_KEY", _OWN_SECRET, "", "Key that signs sessions and tokens; a long random text.", secret=True
)
SECRET_KEY_FALLBACKS = Variable[tuple[str, ...]](
    "SECRET_KEY_FALLBACKS",
    listing(_own_secret, "former keys, each of 32 characters or more,"),
    (),
    "Former values of SECRET_KEY whose signatures are still believed.",
    secret=True,
)
ALLOWED_HOSTS = Variable(
    "ALLOWED_HOSTS",
    listing(takes="host names"),
    ("localhost", "127.0.0.1", "[::1]"),
    "Host names that requests may be addressed to.",
)
ANONYMOUS_READ = Variable[bool | None](
    "ANONYMOUS_READ", boolean(), None, "Whether the API may be read without logging in."
)
RATE_LIMIT = Variable(
    "RATE_LIMIT",
    integer(least=0, most=10_000_000),
    0,
    "Requests per minute and client (API key, user, else address); 0 sets no limit but keys' own.",
)
RATE_BURST = Variable[int | None](
    "RATE_BURST", integer(least=1, most=10_000_000), None, "Requests that a client may send at once."
)
API_KEY_PEPPER = Variable(
    "API_KEY_PEPPER",
    _OWN_SECRET,
    "",
    "Key of the digests of API keys, instead of SECRET_KEY.",
    secret=True,
)
JWT_SIGNING_KEY = Variable(
    "JWT_SIGNING_KEY",
    _OWN_SECRET,
    "",
    "Key that signs JSON Web Tokens; with another one everybody who has tokens logs in again.",
    secret=True,
)
JWT_ACCESS_LIFETIME = Variable(
    "JWT_ACCESS_LIFETIME", duration(), timedelta(minutes=5), "How long an access token is good."
)
JWT_REFRESH_LIFETIME = Variable(
    "JWT_REFRESH_LIFETIME", duration(), timedelta(days=1), "How long a refresh token waits for its one use."
)
LOGIN_LIMIT_ADDRESS = Variable(
    "LOGIN_LIMIT_ADDRESS",
    integer(least=0, most=1_000_000),
    60,
    "Tries to log in, and requests about tokens, per five minutes and address; 0 sets no limit.",
)
LOGIN_LIMIT_USER = Variable(
    "LOGIN_LIMIT_USER",
    integer(least=0, most=1_000_000),
    20,
    "Tries to log in per five minutes and user name; 0 sets no limit.",
)
PAGE_LIMIT = Variable(
    "PAGE_LIMIT",
    integer(least=0, most=1_000_000),
    600,
    "Pages per minute and address; 0 sets no limit.",
)
CORS_ORIGINS = Variable[tuple[str, ...]](
    "CORS_ORIGINS",
    listing(_origin, "origins such as https://example.org"),
    (),
    "Origins whose pages may call the API from a browser.",
)
TRUSTED_PROXIES = Variable[tuple[str, ...]](
    "TRUSTED_PROXIES",
    listing(_network, "addresses or networks such as 10.0.0.0/8"),
    (),
    "Proxies whose X-Forwarded-* headers are believed.",
)
METRICS_FROM = Variable[tuple[str, ...]](
    "METRICS_FROM",
    listing(_network, "addresses or networks such as 10.0.0.0/8"),
    (),
    "Where the metrics may be read from without a key.",
)
SESSION_AGE = Variable(
    "SESSION_AGE",
    duration(least=timedelta(minutes=1)),
    timedelta(hours=12),
    "How long after the log-in staff has to log in again; closing the browser ends it, too.",
)
HTTPS_ONLY = Variable[bool | None](
    "HTTPS_ONLY", boolean(), None, "Whether plain HTTP is redirected and cookies are sent over HTTPS alone."
)
HSTS_SECONDS = Variable(
    "HSTS_SECONDS",
    duration(least=timedelta(0)),
    timedelta(hours=1),
    "How long browsers are told to insist on HTTPS.",
)
HSTS_SUBDOMAINS = Variable(
    "HSTS_SUBDOMAINS",
    boolean(),
    True,
    "Whether that holds for subdomains and for browsers' preload lists too.",
)
LOG_FORMAT = Variable(
    "LOG_FORMAT",
    choice("auto", "json", "console"),
    "auto",
    "How logs look: JSON, one object per line, or text; `auto` is text on a terminal, else JSON.",
)
LOG_REQUESTS = Variable("LOG_REQUESTS", boolean(), True, "Whether each request is logged.")
LOG_LEVEL = Variable("LOG_LEVEL", choice("debug", "info", "warning", "error"), "info", "Least severity that is logged.")

# Where the rest may stand; read before all others
ENV_FILE = Variable("ENV_FILE", text(), ".env", "File with more of these variables; the real environment wins.")

VARIABLES: dict[str, Variable[Any]] = {
    found.name: found for found in tuple(globals().values()) if isinstance(found, Variable)
}
"""All of the above by name."""
