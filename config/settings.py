"""All settings, from the environment alone; `config.env` says what is missing and how it looks."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.utils.translation import gettext_lazy as _

from config import env
from config.logs import leave_rows_out

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY", example="a-long-random-text")
# Earlier secrets: sessions and sealed maxima stay readable through a rotation.
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS", default="")
# By the first a new person of an enclave project is known again; earlier ones stay behind it.
TALENT_KEYS = env.words("TALENT_KEYS", default="") or [SECRET_KEY, *SECRET_KEY_FALLBACKS]
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", default="localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", default="")
# Behind TLS, cookies must not travel without it. The demo on loopback has no TLS.
HTTPS = env.flag("HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
# Shown in the operators' pages, so that nobody mistakes the demo for the real thing.
ENVIRONMENT = env.text("ENVIRONMENT", example="production", default="production")

INSTALLED_APPS = [
    # First, so that its templates dress allauth's pages and its error pages are found.
    "web",
    # The theme without a site of its own: `admin.site` is config.admin_site.DeskSite.
    "unfold.apps.BasicAppConfig",
    "config.apps.DeskAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.idp.oidc",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "core",
    "accounts",
    "search",
    "marketplace",
    "auctions",
    "enclaves",
    "alliances",
    "notifications",
    "config",
]

MIDDLEWARE = [
    "core.envelope.request_id",
    "core.envelope.server_time",
    "config.content_policy.content_policy",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "core.envelope.readable",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
# /lots/7 is the page; /lots/7/ is a 404, not a redirect that loses a POST body.
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "web.context.reader",
            ],
        },
    }
]

# --- Data -------------------------------------------------------------------------------

_database = env.database()
_database["ENGINE"] = "core.postgresql"
_database["OPTIONS"] = {
    **_database.get("OPTIONS", {}),  # type: ignore[dict-item]
    # No query may hold a worker for ever, and no idle transaction may hold a lot's lock; a lock
    # that does not come is an answer too (`core.db.transaction`). What is kept for the next time
    # (`core.db.run_together`, functions) looks rows up by their keys: one plan serves every call,
    # and none of them runs for so long that compiling it would pay.
    "options": "-c statement_timeout=15s -c idle_in_transaction_session_timeout=10s"
    " -c lock_timeout=2s -c plan_cache_mode=force_generic_plan -c jit=off"
    # Answers are short: a second process takes longer to start than it saves.
    " -c max_parallel_workers_per_gather=0",
    "pool": {"min_size": 1, "max_size": 16, "timeout": 10},
}
# A pooled connection that did not survive a restart of PostgreSQL costs no request its answer.
_database["CONN_HEALTH_CHECKS"] = True
DATABASES: dict[str, Any] = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"

# Rate limits live in PostgreSQL: signing in must work when Redis does not.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
    }
}

# --- People -----------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = ["accounts.signed_in.Backend"]
SESSION_ENGINE = "accounts.signed_in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "accounts.sign_in.SignInAdapter"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
# Greeted by name; what a person signs in with stays between the person and the form.
ACCOUNT_USER_DISPLAY = str
# A code that was read in its last second and typed in the next; older ones are refused.
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = "G60 Marketplace"
ACCOUNT_RATE_LIMITS = {"api_token": "60/m/ip"}
# Partner systems get client credentials only; nobody signs in elsewhere through us.
IDP_OIDC_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = 3600

# --- Language and time ------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
# The second holds Chinese for packages that bring none (Unfold, django-filter).
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "packages"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
USE_THOUSAND_SEPARATOR = True

# --- Files ------------------------------------------------------------------------------

STATIC_URL = "/static/"
# Where `collectstatic` puts them; without it they are served from where they lie.
STATIC_ROOT = env.text("STATIC_ROOT", example="/srv/marketplace/static", default="") or None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
# Everything a request may carry; a body above it is a 413.
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
# A picture may be larger. It is never laid on a disk on its way.
LARGEST_UPLOAD = 8 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = LARGEST_UPLOAD
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FIXTURE_DIRS = [BASE_DIR / "fixtures"]

# --- REST -------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        # First, because its challenge makes an anonymous refusal a 401.
        "accounts.authentication.BearerToken",
        "rest_framework.authentication.SessionAuthentication",
    ],
    # Who may do what is said by each view's scopes, its query and its action.
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_PARSER_CLASSES": ["core.parsing.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "core.pagination.Cursor",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "config.openapi.Schema",
    "EXCEPTION_HANDLER": "core.problems.handle",
    "COERCE_DECIMAL_TO_STRING": True,
    "UNICODE_JSON": True,
}

SPECTACULAR_SETTINGS = {
    # ASCII: client generators make a package name of it.
    "TITLE": "Corridor Technology Marketplace API",
    "DESCRIPTION": "Technology needs, achievements, auctions and deals of the G60 corridor.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "GET_LIB_DOC_EXCLUDES": "config.openapi.classes_that_describe_themselves_only",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.openapi.describe_conventions",
    ],
}

# --- Background work --------------------------------------------------------------------

REDIS_URL = env.text("REDIS_URL", example="redis://localhost:6379/0")


def _broker_url(url: str) -> str:
    """kombu spells a unix socket `redis+socket://`, redis-py `unix://`; we are given the latter."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    return f"redis+socket://{parts.path}?{parts.query.replace('db=', 'virtual_host=')}"


CELERY_BROKER_URL = _broker_url(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 90
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    # It waits for no closing, and no closing for it.
    "auctions.publish_heads": {"queue": "default"},
    # A closing never waits behind mail.
    "auctions.*": {"queue": "clock"},
    "auctions.raise_refund_alarms": {"queue": "default"},
    "auctions.remind_of_suspensions": {"queue": "default"},
    "notifications.attempt_delivery": {"queue": "mail"},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 5.0
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# Longer than any task may run, or Redis hands a running task to a second worker.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 180,
    "socket_timeout": 5,
    "socket_connect_timeout": 3,
    "socket_keepalive": True,
    "health_check_interval": 5,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
}
CELERY_TASK_PUBLISH_RETRY = False
# Every how many seconds. What was not begun by the next time is dropped: a stopped worker does not
# wake up to a pile.
_BEAT = {
    "auctions.close_due_lots": 1.0,
    "auctions.act_for_opened_lots": 1.0,
    "auctions.raise_refund_alarms": 60.0,
    "auctions.propose_relistings": 60.0,
    "auctions.remind_of_suspensions": 600.0,
    # Shortly after midnight in Shanghai there is a day to publish; else there is nothing to do.
    "auctions.publish_heads": 300.0,
    "marketplace.raise_alarms": 60.0,
    # Whoever's validity ran out leaves the list within the hour.
    "marketplace.check_validity": 3600.0,
    # A day has its duties from its first minutes on.
    "enclaves.raise_duty_alarms": 600.0,
    "alliances.watch_financing": 60.0,
    "web.tell_finds": 60.0,
    "notifications.fan_out": 1.0,
    "notifications.attempt_due_deliveries": 2.0,
}
CELERY_BEAT_SCHEDULE = {
    task: {"task": task, "schedule": seconds, "options": {"expires": seconds}}
    for task, seconds in _BEAT.items()
}

# --- Notices ----------------------------------------------------------------------------

EMAIL_BACKEND = env.text(
    "EMAIL_BACKEND",
    example="django.core.mail.backends.smtp.EmailBackend",
    default="django.core.mail.backends.smtp.EmailBackend",
)
EMAIL_HOST = env.text("EMAIL_HOST", example="smtp.example.org", default="localhost")
EMAIL_PORT = int(env.text("EMAIL_PORT", example="587", default="25"))
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", example="marketplace", default="")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", example="secret", default="")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=False)
EMAIL_FILE_PATH = env.text("EMAIL_FILE_PATH", example=".local/mail", default=".local/mail")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text(
    "DEFAULT_FROM_EMAIL", example="notices@example.org", default="notices@localhost"
)
# Where mails and notices point to.
PUBLIC_URL = env.text(
    "PUBLIC_URL", example="https://market.example.org", default="http://localhost:8000"
)
# Webhooks to loopback and private addresses are refused. Only the demo, whose partner
# system is on this machine, may say otherwise, and it must say it.
WEBHOOK_ALLOW_PRIVATE_ADDRESSES = env.flag("WEBHOOK_ALLOW_PRIVATE_ADDRESSES", default=False)

# --- Logs -------------------------------------------------------------------------------

_processors: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    leave_rows_out,
]
structlog.configure(
    processors=[*_processors, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.JSONRenderer(ensure_ascii=False),
            "foreign_pre_chain": _processors,
        },
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # Refusals are answers, not incidents.
        "django.request": {"level": "ERROR"},
    },
}

# --- The operators' desk ----------------------------------------------------------------

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Corridor technology marketplace"),
    "SITE_HEADER": _("Technology marketplace"),
    "SITE_SUBHEADER": _("Operators' desk"),
    "SITE_SYMBOL": "gavel",
    "SITE_URL": "/",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "LANGUAGES": {"action": "config.admin_site.language_action"},
    "ENVIRONMENT": "config.admin_site.environment",
    "DASHBOARD_CALLBACK": "config.dashboard.board",
    "STYLES": ["config.admin_site.stylesheet"],
    "SIDEBAR": {"show_search": False, "navigation": "config.admin_site.sidebar"},
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 254.604)",
            "100": "oklch(93.2% .032 255.585)",
            "200": "oklch(88.2% .059 254.128)",
            "300": "oklch(80.9% .105 251.813)",
            "400": "oklch(70.7% .165 254.624)",
            "500": "oklch(62.3% .214 259.815)",
            "600": "oklch(54.6% .245 262.881)",
            "700": "oklch(48.8% .243 264.376)",
            "800": "oklch(42.4% .199 265.638)",
            "900": "oklch(37.9% .146 265.522)",
            "950": "oklch(28.2% .091 267.935)",
        },
    },
}
