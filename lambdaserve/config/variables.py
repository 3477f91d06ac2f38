"""Every environment variable of lambdaserve; ``docs/configuration.md`` is checked against this table."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from lambdaserve.config import kinds
from lambdaserve.config.env import Variable
from lambdaserve.config.kinds import Address

# The stores
MONGODB_URI = Variable(
    "MONGODB_URI",
    kinds.url("mongodb", "mongodb+srv"),
    "",
    "MongoDB that holds batch_views and speed_views; its options set pool size, TLS and read preference.",
    secret=True,
)
MONGODB_DATABASE = Variable("MONGODB_DATABASE", kinds.text(), "moviedb", "Name of the database.")
VIEWS_ENGINE = Variable(
    "VIEWS_ENGINE",
    kinds.choice("mongodb", "djongo"),
    "mongodb",
    "Database engine with which the admin reads stored documents: django-mongodb-backend, or djongo "
    "(requirements-djongo.txt).",
)
MONGODB_TIMEOUT = Variable(
    "MONGODB_TIMEOUT", kinds.number(least=0.05, most=60), 2.0, "Seconds that one request may wait for MongoDB in total."
)
SLOW_QUERY_AFTER = Variable(
    "SLOW_QUERY_AFTER",
    kinds.number(least=0, most=60),
    0.1,
    "Seconds after which a query of the service is recorded, without its values, for suggest_indexes; 0 records none.",
)
REDIS_URL = Variable(
    "REDIS_URL",
    kinds.redis_url(),
    "",
    "Redis or Valkey that holds the cache: one server, one found through Sentinels, or a Cluster.",
    secret=True,
)
DATABASE_URL = Variable(
    "DATABASE_URL",
    kinds.url("sqlite", "postgres", "postgresql"),
    "",
    "SQL database of users, sessions and the admin's log.",
    secret=True,
)
DATA_DIR = Variable("DATA_DIR", kinds.text(), ".data", "Directory of everything that is stored locally.")
STATIC_DIR = Variable(
    "STATIC_DIR",
    kinds.text(),
    "",
    "Directory of static files that were collected beforehand, as in an image. If unset, `manage.py prepare` "
    "collects them into DATA_DIR.",
)

# Serving
BIND = Variable("BIND", kinds.address(), Address("127.0.0.1", 8000), "Address and port to serve on.")
LIVE_BIND = Variable(
    "LIVE_BIND",
    kinds.address(),
    Address("127.0.0.1", 8001),
    "Address and port of the process that pushes changes to pages.",
)
LIVE_URL = Variable(
    "LIVE_URL",
    kinds.text(),
    "",
    "How browsers reach that process: a path that a load balancer sends to it, such as `/live/`, a whole address, "
    "or `:8001` for the page's own host on another port. If unset, `make run` starts the process, and pages "
    "served otherwise poll every 15 s; `none` makes all pages poll.",
)
WORKERS = Variable("WORKERS", kinds.integer(least=1, most=256), 1, "Number of worker processes.")
THREADS = Variable(
    "THREADS", kinds.integer(least=1, most=256), 4, "Number of threads that answer requests in each worker."
)
LOAD_SAMPLE = Variable(
    "LOAD_SAMPLE",
    kinds.choice("auto", "never"),
    "auto",
    "Whether `make run` loads the sample world into an empty embedded MongoDB.",
)
SAMPLE_SCALE = Variable(
    "SAMPLE_SCALE", kinds.number(least=0.001, most=10), 1.0, "Size of the sample world relative to the full one."
)

# Merging
CUTOFF_HOURS = Variable(
    "CUTOFF_HOURS",
    kinds.integer(least=1, most=8760),
    48,
    "Age in hours at which the batch layer takes over from the speed layer.",
)
MERGE_STRATEGY = Variable(
    "MERGE_STRATEGY",
    kinds.choice("watermark", "fixed"),
    "watermark",
    "Whether the time boundary follows the batch layer's real coverage or only the clock.",
)
SPEED_TTL_GRACE = Variable(
    "SPEED_TTL_GRACE",
    kinds.duration(least=timedelta(0)),
    timedelta(hours=72),
    "How long a speed document is kept after its ttl_expires_at.",
)
SPEED_EXPIRY = Variable(
    "SPEED_EXPIRY",
    kinds.boolean(),
    True,
    "Whether MongoDB then deletes it, through an index that create_indexes declares.",
)
SPEED_LAG_LIMIT = Variable(
    "SPEED_LAG_LIMIT",
    kinds.duration(),
    timedelta(minutes=10),
    "Age of the newest sync from which the speed layer counts as lagging.",
)
BATCH_STALE_AFTER = Variable(
    "BATCH_STALE_AFTER",
    kinds.duration(),
    timedelta(hours=36),
    "Age of the newest batch run from which the batch layer counts as stale.",
)
BATCH_RUNS_KEPT = Variable(
    "BATCH_RUNS_KEPT",
    kinds.integer(least=0, most=1000),
    3,
    "Number of batch runs that stay whole when another one is published; documents of older runs that newer ones "
    "replaced are deleted. 0 keeps all.",
)
CONTRACT_ALIASES = Variable[dict[str, Any]](
    "CONTRACT_ALIASES", kinds.json_object(), {}, "Further spellings of stored fields that the contract accepts."
)

CONTRACT_VALIDATION = Variable(
    "CONTRACT_VALIDATION",
    kinds.choice("warn", "error", "off"),
    "warn",
    "What MongoDB does when a document is written that the contract can't read: log it, refuse it, or nothing. "
    "migrate_views applies it.",
)

# Caching
CACHE_TTL_VOLATILE = Variable(
    "CACHE_TTL_VOLATILE", kinds.duration(), timedelta(minutes=4), "How long trending and sentiment answers stay fresh."
)
CACHE_TTL_STABLE = Variable(
    "CACHE_TTL_STABLE", kinds.duration(), timedelta(minutes=30), "How long analytics and search answers stay fresh."
)
CACHE_TTL_VERY_STABLE = Variable(
    "CACHE_TTL_VERY_STABLE", kinds.duration(), timedelta(hours=1), "How long historical answers and genres stay fresh."
)
CACHE_TTL_ABSENT = Variable(
    "CACHE_TTL_ABSENT",
    kinds.duration(),
    timedelta(seconds=30),
    "How long the service remembers that a movie, genre or actor is unknown.",
)
CACHE_STALE_IF_ERROR = Variable(
    "CACHE_STALE_IF_ERROR",
    kinds.duration(),
    timedelta(hours=24),
    "How old an answer may be that is served, marked as stale, while MongoDB does not answer.",
)

# Access and security
DEBUG = Variable("DEBUG", kinds.boolean(), False, "Django's debug mode; for development only.")
SECRET_KEY = Variable(
    "SECRET_KEY", kinds.own_secret(), "", "Key that signs sessions and tokens; a long random text.", secret=True
)
SECRET_KEY_FALLBACKS = Variable[tuple[str, ...]](
    "SECRET_KEY_FALLBACKS",
    kinds.own_secrets(),
    (),
    "Former values of SECRET_KEY whose signatures are still accepted.",
    secret=True,
)
ALLOWED_HOSTS = Variable(
    "ALLOWED_HOSTS",
    kinds.listing(takes="host names"),
    ("localhost", "127.0.0.1", "[::1]"),
    "Host names that requests may be sent to.",
)
ANONYMOUS_READ = Variable[bool | None](
    "ANONYMOUS_READ", kinds.boolean(), None, "Whether the API may be read without logging in."
)
RATE_LIMIT = Variable(
    "RATE_LIMIT",
    kinds.integer(least=0, most=10_000_000),
    0,
    "Requests per minute and client (API key, user, otherwise address); with 0, only API keys with a limit of "
    "their own are limited.",
)
RATE_BURST = Variable[int | None](
    "RATE_BURST", kinds.integer(least=1, most=10_000_000), None, "Requests that a client may send at once."
)
API_KEY_PEPPER = Variable(
    "API_KEY_PEPPER", kinds.own_secret(), "", "Key for the digests of API keys, instead of SECRET_KEY.", secret=True
)
JWT_SIGNING_KEY = Variable(
    "JWT_SIGNING_KEY",
    kinds.own_secret(),
    "",
    "Key that signs JSON Web Tokens; after a change, everyone with tokens has to log in again.",
    secret=True,
)
JWT_ACCESS_LIFETIME = Variable(
    "JWT_ACCESS_LIFETIME", kinds.duration(), timedelta(minutes=5), "How long an access token is valid."
)
JWT_REFRESH_LIFETIME = Variable(
    "JWT_REFRESH_LIFETIME",
    kinds.duration(),
    timedelta(days=1),
    "How long a refresh token is valid; it can be used once.",
)
LOGIN_LIMIT_ADDRESS = Variable(
    "LOGIN_LIMIT_ADDRESS",
    kinds.integer(least=0, most=1_000_000),
    60,
    "Login attempts and requests for tokens per five minutes and address; 0 sets no limit.",
)
LOGIN_LIMIT_USER = Variable(
    "LOGIN_LIMIT_USER",
    kinds.integer(least=0, most=1_000_000),
    20,
    "Login attempts per five minutes and user name; 0 sets no limit.",
)
PAGE_LIMIT = Variable(
    "PAGE_LIMIT", kinds.integer(least=0, most=1_000_000), 600, "Pages per minute and address; 0 sets no limit."
)
CORS_ORIGINS = Variable[tuple[str, ...]](
    "CORS_ORIGINS", kinds.origins(), (), "Origins whose pages may call the API from a browser."
)
TRUSTED_PROXIES = Variable[tuple[str, ...]](
    "TRUSTED_PROXIES", kinds.networks(), (), "Proxies whose X-Forwarded-* headers are trusted."
)
METRICS_FROM = Variable[tuple[str, ...]](
    "METRICS_FROM", kinds.networks(), (), "Addresses that may read the metrics without a key."
)
SESSION_AGE = Variable(
    "SESSION_AGE",
    kinds.duration(least=timedelta(minutes=1)),
    timedelta(hours=12),
    "How long after logging in staff have to log in again; closing the browser ends the session too.",
)
HTTPS_ONLY = Variable[bool | None](
    "HTTPS_ONLY", kinds.boolean(), None, "Whether plain HTTP is redirected and cookies are sent over HTTPS only."
)
HSTS_SECONDS = Variable(
    "HSTS_SECONDS",
    kinds.duration(least=timedelta(0)),
    timedelta(hours=1),
    "How long browsers are told to insist on HTTPS.",
)
HSTS_SUBDOMAINS = Variable(
    "HSTS_SUBDOMAINS", kinds.boolean(), True, "Whether that covers subdomains and browsers' preload lists too."
)
LOG_FORMAT = Variable(
    "LOG_FORMAT",
    kinds.choice("auto", "json", "console"),
    "auto",
    "Format of the log: JSON, one object per line, or text; `auto` is text on a terminal, otherwise JSON.",
)
LOG_REQUESTS = Variable("LOG_REQUESTS", kinds.boolean(), True, "Whether each request is logged.")
LOG_LEVEL = Variable(
    "LOG_LEVEL", kinds.choice("debug", "info", "warning", "error"), "info", "Lowest severity that is logged."
)

# Where the other variables may be set; read first
ENV_FILE = Variable(
    "ENV_FILE", kinds.text(), ".env", "File with more of these variables; the real environment takes precedence."
)

VARIABLES: dict[str, Variable[Any]] = {
    each.name: each for each in tuple(globals().values()) if isinstance(each, Variable)
}
"""All variables by name."""
