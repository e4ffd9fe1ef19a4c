"""The same settings, and the handful of values tests change."""

import os

os.environ.setdefault("SECRET_KEY", "only-for-tests")
os.environ.setdefault("DATABASE_URL", "postgresql://localhost/marketplace")
os.environ.setdefault("REDIS_URL", "redis://localhost:6379/0")

from config.settings import *  # noqa: F403
from config.settings import DATABASES, REST_FRAMEWORK

# Knows how to empty append-only tables between tests.
DATABASES["default"]["ENGINE"] = "tests.postgresql"
# Threads of race tests open and close real connections.
DATABASES["default"]["OPTIONS"].pop("pool")
# A module's world lies in one open transaction, however long this computer is busy with others.
DATABASES["default"]["OPTIONS"]["options"] += " -c idle_in_transaction_session_timeout=0"
# Each test client builds the middleware anew, which would read every static file again.
WHITENOISE_AUTOREFRESH = True
# One second of hashing per sign-in is for production.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
LANGUAGE_CODE = "zh-hans"
assert REST_FRAMEWORK  # re-exported by the star import above
