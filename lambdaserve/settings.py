"""Django's settings, read from the environment (``lambdaserve/config/variables.py``), with safe defaults.

Without ``DEBUG`` this is a production configuration: a secret key is required, reading needs a login, and plain HTTP is
redirected. ``manage.py serve`` (`make run`) relaxes that for one machine by setting its children's variables.
"""

from __future__ import annotations

import hmac
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import dj_database_url
from corsheaders.defaults import default_headers
from csp.constants import NONE, SELF

from lambdaserve import __version__
from lambdaserve.api.reference.description import spectacular_settings
from lambdaserve.config import gate_variables, hook_variables, lineage_variables, page_variables, variables
from lambdaserve.config.debug_guard import refuse_public_debug
from lambdaserve.config.env import Environment
from lambdaserve.config.local_data import LocalData, passing_key
from lambdaserve.ops.logs import logging_config
from lambdaserve.staff.engine import views_database
from merger.stores.redis.address import parse_redis_url
from merger.stores.redis.django_settings import cache_settings

BASE_DIR = Path(__file__).resolve().parent.parent
_env = Environment.of_process(BASE_DIR)
DATA_DIR = BASE_DIR / _env.read(variables.DATA_DIR)
_local = LocalData(DATA_DIR)
_running = _local.running_stores()

VERSION = __version__

# Access, requirements S4 to S6
DEBUG = _env.read(variables.DEBUG)
if DEBUG:
    refuse_public_debug(_env)
_default_key = "for debugging alone" if DEBUG else passing_key(sys.argv)
SECRET_KEY = _env.read(variables.SECRET_KEY) or _local.secret_key() or _default_key
SECRET_KEY_FALLBACKS = list(_env.read(variables.SECRET_KEY_FALLBACKS))
ALLOWED_HOSTS = list(_env.read(variables.ALLOWED_HOSTS))
_anonymous_read = _env.read(variables.ANONYMOUS_READ)
DATA_NOTICE, DATA_CREDIT = _env.read(page_variables.DATA_NOTICE), _env.read(page_variables.DATA_CREDIT)
POSTER_URL = _env.read(page_variables.POSTER_URL)
ANONYMOUS_READ = DEBUG if _anonymous_read is None else _anonymous_read
RATE_LIMIT = _env.read(variables.RATE_LIMIT)
RATE_BURST = _env.read(variables.RATE_BURST)
API_KEY_PEPPER = _env.read(variables.API_KEY_PEPPER)
TRUSTED_PROXIES = _env.read(variables.TRUSTED_PROXIES)
LOGIN_LIMIT_ADDRESS = _env.read(variables.LOGIN_LIMIT_ADDRESS)
LOGIN_LIMIT_USER = _env.read(variables.LOGIN_LIMIT_USER)
PAGE_LIMIT = _env.read(variables.PAGE_LIMIT)
SIMPLE_JWT = {
    # Never the secret key itself; by default a key derived from it.
    "SIGNING_KEY": _env.read(variables.JWT_SIGNING_KEY)
    or hmac.digest(SECRET_KEY.encode(), b"lambdaserve.access.token", "sha256").hex(),
    "ISSUER": "lambdaserve",
    "ACCESS_TOKEN_LIFETIME": _env.read(variables.JWT_ACCESS_LIFETIME),
    "REFRESH_TOKEN_LIFETIME": _env.read(variables.JWT_REFRESH_LIFETIME),
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "CHECK_REVOKE_TOKEN": True,  # a new password revokes the tokens issued for the former one
}
METRICS_FROM = _env.read(variables.METRICS_FROM)
CORS_ALLOWED_ORIGINS = CORS_ORIGINS = list(_env.read(variables.CORS_ORIGINS))
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_METHODS = ["GET", "HEAD", "OPTIONS", "POST"]
CORS_ALLOW_HEADERS = [*default_headers, "x-api-key"]
_rate_limit_headers = ["RateLimit", "RateLimit-Limit", "RateLimit-Policy", "RateLimit-Remaining", "RateLimit-Reset"]
_answer_headers = ["X-Cache", "X-Data-Version", "X-Request-ID"]
CORS_EXPOSE_HEADERS = ["Age", "ETag", "Link", *_rate_limit_headers, "Retry-After", *_answer_headers]

# The stores
MONGODB_URI = _env.read(variables.MONGODB_URI) or _running.mongodb_uri or "mongodb://127.0.0.1:27017"
MONGODB_DATABASE = _env.read(variables.MONGODB_DATABASE)
MONGODB_TIMEOUT = _env.read(variables.MONGODB_TIMEOUT)
SLOW_QUERY_AFTER = _env.read(variables.SLOW_QUERY_AFTER)
THREADS, LIVE_LIMIT = _env.read(variables.THREADS), _env.read(variables.LIVE_LIMIT)
LIVE_URL = "" if _env.read(variables.LIVE_URL) == "none" else _env.read(variables.LIVE_URL)
REDIS_URL = _env.read(variables.REDIS_URL) or _running.redis_url or "redis://127.0.0.1:6379/0"
REDIS_ADDRESS = parse_redis_url(REDIS_URL)
_accounts = _env.read(variables.DATABASE_URL) or f"sqlite:///{DATA_DIR / 'db.sqlite3'}"
DATABASES: dict[str, Any] = {"default": dj_database_url.parse(_accounts, conn_max_age=60)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["ENGINE"] = "lambdaserve.config.sqlite"
    # REST framework loads the PostgreSQL driver if it is installed, which would cost each worker 9 MB for nothing.
    sys.modules.setdefault("psycopg", None)  # type: ignore[arg-type]  # makes Python's import of it fail
    # WAL lets readers continue while one writes; IMMEDIATE makes writers queue instead of failing half-way.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        "timeout": 10,
    }
# The two collections as a Django database, for the admin only.
DATABASES["views"] = views_database(_env.read(variables.VIEWS_ENGINE), MONGODB_URI, MONGODB_DATABASE)
DATABASE_ROUTERS = ["lambdaserve.staff.router.ViewsRouter"]
CACHES: dict[str, dict[str, Any]] = {"default": cache_settings(REDIS_ADDRESS)}

# Merging and caching
CUTOFF_HOURS = _env.read(variables.CUTOFF_HOURS)
MERGE_STRATEGY = _env.read(variables.MERGE_STRATEGY)
SPEED_TTL_GRACE = _env.read(variables.SPEED_TTL_GRACE)
# While the embedded MongoDB looks for expired documents, once a minute, all its clients wait for about a second. So the
# sample world's speed job deletes its documents itself.
_expired_by_job = _running.mongodb_uri == MONGODB_URI and not _env.is_set(variables.SPEED_EXPIRY)
SPEED_EXPIRY = not _expired_by_job and _env.read(variables.SPEED_EXPIRY)
SPEED_LAG_LIMIT = _env.read(variables.SPEED_LAG_LIMIT)
BATCH_STALE_AFTER = _env.read(variables.BATCH_STALE_AFTER)
BATCH_RUNS_KEPT = _env.read(variables.BATCH_RUNS_KEPT)
BATCH_COVERAGE = _env.read(variables.BATCH_COVERAGE)
BATCH_COVERAGE_DOUBT = _env.read(variables.BATCH_COVERAGE_DOUBT)
CONTRACT_ALIASES = _env.read(variables.CONTRACT_ALIASES)
CONTRACT_VALIDATION = _env.read(variables.CONTRACT_VALIDATION)
GATE_DOCUMENTS_LOST = _env.read(gate_variables.GATE_DOCUMENTS_LOST)
GATE_DOCUMENTS_GAINED = _env.read(gate_variables.GATE_DOCUMENTS_GAINED)
GATE_VANISHED = _env.read(gate_variables.GATE_VANISHED)
GATE_NULLS = _env.read(gate_variables.GATE_NULLS)
GATE_VIOLATIONS = _env.read(gate_variables.GATE_VIOLATIONS)
GATE_DISTRIBUTION = _env.read(gate_variables.GATE_DISTRIBUTION)
GATE_LEVEL = _env.read(gate_variables.GATE_LEVEL)
GATE_FACTS = _env.read(gate_variables.GATE_FACTS)
GATE_CLOSED_DAYS = _env.read(gate_variables.GATE_CLOSED_DAYS)
GATE_COVERAGE_LOST = _env.read(gate_variables.GATE_COVERAGE_LOST)
RUN_HOOK = _env.read(hook_variables.RUN_HOOK)
RUN_HOOK_SECRET = _env.read(hook_variables.RUN_HOOK_SECRET)
RUN_HOOK_TIMEOUT = _env.read(hook_variables.RUN_HOOK_TIMEOUT)
RUN_HOOK_PRIVATE_ADDRESSES = _env.read(hook_variables.RUN_HOOK_PRIVATE_ADDRESSES)
OPENLINEAGE_URL = _env.read(lineage_variables.OPENLINEAGE_URL)
OPENLINEAGE_API_KEY = _env.read(lineage_variables.OPENLINEAGE_API_KEY)
OPENLINEAGE_NAMESPACE = _env.read(lineage_variables.OPENLINEAGE_NAMESPACE)
SAMPLE_SCALE = _env.read(variables.SAMPLE_SCALE)
CACHE_TTL_VOLATILE = _env.read(variables.CACHE_TTL_VOLATILE) // timedelta(seconds=1)
CACHE_TTL_STABLE = _env.read(variables.CACHE_TTL_STABLE) // timedelta(seconds=1)
CACHE_TTL_VERY_STABLE = _env.read(variables.CACHE_TTL_VERY_STABLE) // timedelta(seconds=1)
CACHE_TTL_ABSENT = _env.read(variables.CACHE_TTL_ABSENT) // timedelta(seconds=1)
CACHE_STALE_IF_ERROR = _env.read(variables.CACHE_STALE_IF_ERROR) // timedelta(seconds=1)

# Django
INSTALLED_APPS = [
    "lambdaserve.access.adminapp.LimitedAdmin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework_simplejwt.token_blacklist",
    "corsheaders",
    "csp",
    "merger",
    "sample_data",
    "movies",
    "trending",
    "analytics",
    "people",
    "recommendations",
    "pages",
    "lambdaserve",
    "lambdaserve.access",
    "lambdaserve.staff.apps.StaffConfig",
]
MIDDLEWARE = [
    "lambdaserve.middleware.request_log.RequestLog",
    "lambdaserve.middleware.api_lane.ApiLane",
    "lambdaserve.middleware.sql_connections.SqlConnections",
    "lambdaserve.middleware.security.PageSecurity",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "lambdaserve.middleware.security.CorsIfConfigured",
    "lambdaserve.middleware.slow_clients.SlowClients",
    "lambdaserve.static_files.StaticFiles",
    "lambdaserve.middleware.compression.CompressedPages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
# The only middlewares of requests to the API without a session; see ``lambdaserve.middleware.api_lane``.
API_MIDDLEWARE = [
    "lambdaserve.middleware.security.ApiSecurity",
    "lambdaserve.middleware.security.CorsIfConfigured",
    "lambdaserve.middleware.slow_clients.SlowClients",
    "django.middleware.common.CommonMiddleware",
]
ROOT_URLCONF = "lambdaserve.urls"
WSGI_APPLICATION = "lambdaserve.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
AUTHENTICATION_BACKENDS = ["lambdaserve.access.credentials.passwords.BoundedModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}Validator"}
    for name in ("UserAttributeSimilarity", "MinimumLength", "CommonPassword", "NumericPassword")
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# `manage.py collectstatic`, which `manage.py prepare` runs, adds a hash to the files' names and compresses them. Before
# that, they are served from the apps' folders.
ARE_STATIC_FILES_GIVEN = _env.is_set(variables.STATIC_DIR)
STATIC_ROOT = BASE_DIR / _env.read(variables.STATIC_DIR) if ARE_STATIC_FILES_GIVEN else DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "lambdaserve.static_files.CollectedOrPlain"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_ALLOW_ALL_ORIGINS = False

# HTTPS and browsers, requirement S5
_https_only = _env.read(variables.HTTPS_ONLY)
HTTPS_ONLY = (not DEBUG) if _https_only is None else _https_only
SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_REDIRECT_EXEMPT = [r"^api/v1/health", r"^metrics$"]  # load balancers and Prometheus ask over plain HTTP
SECURE_HSTS_SECONDS = _env.read(variables.HSTS_SECONDS) // timedelta(seconds=1) if HTTPS_ONLY else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS_ONLY and _env.read(variables.HSTS_SUBDOMAINS)
# Browsers' lists take nothing shorter than a year (https://hstspreload.org).
SECURE_HSTS_PRELOAD = SECURE_HSTS_INCLUDE_SUBDOMAINS and timedelta(seconds=SECURE_HSTS_SECONDS) >= timedelta(days=365)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS_ONLY
# With this prefix, browsers accept the cookie from this host over HTTPS only, not from other hosts of the domain.
_cookie = "__Host-" if HTTPS_ONLY else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{_cookie}sessionid", f"{_cookie}csrftoken"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = _env.read(variables.SESSION_AGE) // timedelta(seconds=1)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
LOGIN_URL, LOGIN_REDIRECT_URL = "admin:login", "admin:index"  # the admin's; pages have their own
CSRF_FAILURE_VIEW = "lambdaserve.api.problems.form_expired"
X_FRAME_OPTIONS = "DENY"
# Enough for forms of the admin and requests for tokens; nothing is uploaded. `lambdaserve.middleware.slow_clients`
# applies it to every body.
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", *([POSTER_URL.origin] if POSTER_URL else [])],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# The REST API
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "lambdaserve.access.credentials.authentication.ApiKeyAuthentication",
        "lambdaserve.access.credentials.authentication.BearerToken",
        "lambdaserve.access.credentials.authentication.BrowserSession",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["lambdaserve.access.credentials.permissions.ReadAccess"],
    "DEFAULT_THROTTLE_CLASSES": ["lambdaserve.access.ratelimit.throttle.LeasedTokenBucket"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "lambdaserve.api.negotiation.CachedNegotiation",
    "DEFAULT_SCHEMA_CLASS": "lambdaserve.api.openapi.ApiSchema",
    "EXCEPTION_HANDLER": "lambdaserve.api.problems.handle",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    # Makes `?format=` an unknown parameter like any other, so a 400; the framework would answer 404.
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = spectacular_settings(VERSION)

# Logs, requirement O2
LOG_FORMAT, LOG_REQUESTS = _env.read(variables.LOG_FORMAT), _env.read(variables.LOG_REQUESTS)
LOG_LEVEL = _env.read(variables.LOG_LEVEL).upper()
LOGGING = logging_config(LOG_FORMAT, LOG_LEVEL)
