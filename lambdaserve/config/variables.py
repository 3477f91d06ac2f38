"""Every environment variable of lambdaserve; ``docs/configuration.md`` is checked against this table."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from lambdaserve.config import gate_variables, hook_variables, lineage_variables, page_variables
from lambdaserve.config.env import Variable
from lambdaserve.config.kinds import (
    Address,
    address,
    boolean,
    choice,
    duration,
    integer,
    json_object,
    listing,
    networks,
    number,
    origins,
    own_secret,
    own_secrets,
    redis_url,
    text,
    url,
)

# The stores
MONGODB_URI = Variable(
    "MONGODB_URI",
    url("mongodb", "mongodb+srv"),
    "",
    "MongoDB that holds batch_views and speed_views; its options set pool size, TLS and read preference.",
    secret=True,
)
MONGODB_DATABASE = Variable("MONGODB_DATABASE", text(), "moviedb", "Name of the database.")
VIEWS_ENGINE = Variable(
    "VIEWS_ENGINE",
    choice("mongodb", "djongo"),
    "mongodb",
    "Database engine with which the admin reads stored documents: django-mongodb-backend, or djongo "
    "(requirements-djongo.txt).",
)
MONGODB_TIMEOUT = Variable(
    "MONGODB_TIMEOUT", number(least=0.05, most=60), 2.0, "Seconds that one request may wait for MongoDB in total."
)
SLOW_QUERY_AFTER = Variable(
    "SLOW_QUERY_AFTER",
    number(least=0, most=60),
    0.1,
    "Seconds after which a query of the service is recorded, without its values, for suggest_indexes; 0 records none.",
)
REDIS_URL = Variable(
    "REDIS_URL",
    redis_url(),
    "",
    "Redis or Valkey that holds the cache: one server, one found through Sentinels, or a Cluster.",
    secret=True,
)
DATABASE_URL = Variable(
    "DATABASE_URL",
    url("sqlite", "postgres", "postgresql"),
    "",
    "SQL database of users, sessions and the admin's log.",
    secret=True,
)
DATA_DIR = Variable("DATA_DIR", text(), ".data", "Directory of all that is stored locally; only its owner may use it.")
STATIC_DIR = Variable(
    "STATIC_DIR",
    text(),
    "",
    "Directory of static files that were collected beforehand, as in an image. If unset, `manage.py prepare` "
    "collects them into DATA_DIR.",
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
    "How browsers reach that process: a path that a load balancer sends to it, such as `/live/`, a whole address, "
    "or `:8001` for the page's own host on another port. If unset, `make run` starts the process, and pages "
    "served otherwise poll every 15 s; `none` makes all pages poll.",
)
LIVE_LIMIT = Variable("LIVE_LIMIT", integer(least=1, most=5_000), 100, "Streams that an address, or a user, may open.")
WORKERS = Variable("WORKERS", integer(least=1, most=256), 1, "Number of worker processes.")
THREADS = Variable("THREADS", integer(least=1, most=256), 4, "Number of threads that answer requests in each worker.")
LOAD_SAMPLE = Variable(
    "LOAD_SAMPLE",
    choice("auto", "never"),
    "auto",
    "Whether `make run` loads the sample world into an empty embedded MongoDB.",
)
SAMPLE_SCALE = Variable(
    "SAMPLE_SCALE", number(least=0.001, most=10), 1.0, "Size of the sample world relative to the full one."
)

# Merging
CUTOFF_HOURS = Variable(
    "CUTOFF_HOURS",
    integer(least=1, most=8760),
    48,
    "Age in hours at which the batch layer takes over from the speed layer.",
)
MERGE_STRATEGY = Variable(
    "MERGE_STRATEGY",
    choice("watermark", "fixed"),
    "watermark",
    "Whether the time boundary follows the batch layer's real coverage or only the clock.",
)
SPEED_TTL_GRACE = Variable(
    "SPEED_TTL_GRACE",
    duration(least=timedelta(0)),
    timedelta(hours=72),
    "How long a speed document is kept after its ttl_expires_at.",
)
SPEED_EXPIRY = Variable(
    "SPEED_EXPIRY", boolean(), True, "Whether MongoDB then deletes it, through an index that create_indexes declares."
)
SPEED_LAG_LIMIT = Variable(
    "SPEED_LAG_LIMIT",
    duration(),
    timedelta(minutes=10),
    "Age of the newest sync from which the speed layer counts as lagging.",
)
BATCH_STALE_AFTER = Variable(
    "BATCH_STALE_AFTER",
    duration(),
    timedelta(hours=36),
    "Age of the newest batch run from which the batch layer counts as stale.",
)
BATCH_COVERAGE_DOUBT = Variable(
    "BATCH_COVERAGE_DOUBT",
    duration(least=timedelta(0)),
    timedelta(hours=6),
    "How long before its computed_at a batch document of unknown coverage may lack events: answers call these hours "
    "assumed.",
)
BATCH_RUNS_KEPT = Variable(
    "BATCH_RUNS_KEPT",
    integer(least=0, most=1000),
    3,
    "Number of batch runs that stay whole when another one is published; documents of older runs that newer ones "
    "replaced are deleted. 0 keeps all.",
)
BATCH_COVERAGE = Variable(
    "BATCH_COVERAGE",
    text(),
    "",
    "Event time up to which batch documents without covers_until are complete: computed_at, computed_at-2h (any number "
    "of m, h or d), or day, the start of the UTC day. Empty: unknown, so answers call their boundary assumed.",
)
CONTRACT_ALIASES = Variable[dict[str, Any]](
    "CONTRACT_ALIASES",
    json_object(),
    {},
    "Further spellings that the contract accepts: of payloads' keys, types, fields (for all types, or by type) and "
    "stamps.",
)

CONTRACT_VALIDATION = Variable(
    "CONTRACT_VALIDATION",
    choice("warn", "error", "off"),
    "warn",
    "What MongoDB does when a document is written that the contract can't read: log it, refuse it, or nothing. "
    "migrate_views applies it.",
)

# Caching
CACHE_TTL_VOLATILE = Variable(
    "CACHE_TTL_VOLATILE", duration(), timedelta(minutes=4), "How long trending and sentiment answers stay fresh."
)
CACHE_TTL_STABLE = Variable(
    "CACHE_TTL_STABLE", duration(), timedelta(minutes=30), "How long analytics and search answers stay fresh."
)
CACHE_TTL_VERY_STABLE = Variable(
    "CACHE_TTL_VERY_STABLE", duration(), timedelta(hours=1), "How long historical answers and genres stay fresh."
)
CACHE_TTL_ABSENT = Variable(
    "CACHE_TTL_ABSENT",
    duration(),
    timedelta(seconds=30),
    "How long the service remembers that a movie, genre or actor is unknown.",
)
CACHE_STALE_IF_ERROR = Variable(
    "CACHE_STALE_IF_ERROR",
    duration(),
    timedelta(hours=24),
    "How old an answer may be that is served, marked as stale, while MongoDB does not answer.",
)

# Access and security
DEBUG = Variable("DEBUG", boolean(), False, "Django's debug mode; for development only.")
SECRET_KEY = Variable(
    "SECRET_KEY", own_secret(), "", "Key that signs sessions and tokens; a long random text.", secret=True
)
SECRET_KEY_FALLBACKS = Variable[tuple[str, ...]](
    "SECRET_KEY_FALLBACKS",
    own_secrets(),
    (),
    "Former values of SECRET_KEY whose signatures are still accepted.",
    secret=True,
)
ALLOWED_HOSTS = Variable(
    "ALLOWED_HOSTS",
    listing(takes="host names"),
    ("localhost", "127.0.0.1", "[::1]"),
    "Host names that requests may be sent to.",
)
ANONYMOUS_READ = Variable[bool | None](
    "ANONYMOUS_READ", boolean(), None, "Whether the API may be read without logging in."
)
RATE_LIMIT = Variable(
    "RATE_LIMIT",
    integer(least=0, most=10_000_000),
    0,
    "Requests per minute and client (API key, user, otherwise address); 0 leaves only the limits that API keys have.",
)
RATE_BURST = Variable[int | None](
    "RATE_BURST", integer(least=1, most=10_000_000), None, "Requests that a client may send at once."
)
API_KEY_PEPPER = Variable(
    "API_KEY_PEPPER", own_secret(), "", "Key for the digests of API keys, instead of SECRET_KEY.", secret=True
)
JWT_SIGNING_KEY = Variable(
    "JWT_SIGNING_KEY",
    own_secret(),
    "",
    "Key that signs JSON Web Tokens; after a change, everyone with tokens has to log in again.",
    secret=True,
)
JWT_ACCESS_LIFETIME = Variable(
    "JWT_ACCESS_LIFETIME", duration(), timedelta(minutes=5), "How long an access token is valid."
)
JWT_REFRESH_LIFETIME = Variable(
    "JWT_REFRESH_LIFETIME", duration(), timedelta(days=1), "How long a refresh token is valid; it can be used once."
)
LOGIN_LIMIT_ADDRESS = Variable(
    "LOGIN_LIMIT_ADDRESS",
    integer(least=0, most=1_000_000),
    60,
    "Wrong passwords, and as many wrong tokens, per five minutes and address; 0 sets no limit.",
)
LOGIN_LIMIT_USER = Variable(
    "LOGIN_LIMIT_USER",
    integer(least=0, most=1_000_000),
    20,
    "Login attempts per five minutes and user name; 0 sets no limit.",
)
PAGE_LIMIT = Variable(
    "PAGE_LIMIT", integer(least=0, most=1_000_000), 600, "Pages per minute and user, or address; 0 sets no limit."
)
CORS_ORIGINS = Variable[tuple[str, ...]](
    "CORS_ORIGINS", origins(), (), "Origins whose pages may call the API from a browser."
)
TRUSTED_PROXIES = Variable[tuple[str, ...]](
    "TRUSTED_PROXIES", networks(), (), "Proxies whose X-Forwarded-* headers are trusted."
)
METRICS_FROM = Variable[tuple[str, ...]](
    "METRICS_FROM", networks(), (), "Addresses that may read the metrics without a key."
)
SESSION_AGE = Variable(
    "SESSION_AGE",
    duration(least=timedelta(minutes=1)),
    timedelta(hours=12),
    "How long after logging in staff have to log in again; closing the browser ends the session too.",
)
HTTPS_ONLY = Variable[bool | None](
    "HTTPS_ONLY", boolean(), None, "Whether plain HTTP is redirected, or refused if it carries a key."
)
HSTS_SECONDS = Variable(
    "HSTS_SECONDS", duration(least=timedelta(0)), timedelta(days=365), "How long browsers must insist on HTTPS."
)
HSTS_SUBDOMAINS = Variable(
    "HSTS_SUBDOMAINS", boolean(), True, "Whether that covers subdomains and, from a year on, preload lists."
)
LOG_FORMAT = Variable(
    "LOG_FORMAT",
    choice("auto", "json", "console"),
    "auto",
    "Format of the log: JSON, one object per line, or text; `auto` is text on a terminal, otherwise JSON.",
)
LOG_REQUESTS = Variable("LOG_REQUESTS", boolean(), True, "Whether each request is logged.")
LOG_LEVEL = Variable("LOG_LEVEL", choice("debug", "info", "warning", "error"), "info", "Lowest severity logged.")

# Where the other variables may be set; read first
ENV_FILE = Variable(
    "ENV_FILE", text(), ".env", "File with more of these variables; the real environment takes precedence."
)

_PARTS = (gate_variables, hook_variables, lineage_variables, page_variables)
_DECLARED = {**globals(), **{name: value for part in _PARTS for name, value in vars(part).items()}}.values()
VARIABLES: dict[str, Variable[Any]] = {each.name: each for each in _DECLARED if isinstance(each, Variable)}
"""All variables by name."""
