"""Django's settings. What differs from one installation to the next comes from environment.py."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import django_stubs_ext
from csp.constants import NONE, SELF

from config import environment

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
ENVIRONMENT = environment.read(os.environ, base_dir=BASE_DIR)
VAR_DIR = ENVIRONMENT.var_dir

# What Steward itself asks for
STEWARD_SWEEP_AT = ENVIRONMENT.sweep_at
BASE_CURRENCY = ENVIRONMENT.base_currency

DEBUG = ENVIRONMENT.debug
SECRET_KEY = ENVIRONMENT.secret_key
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "core",
    "accounts_app",
    "pipeline",
    "handoffs",
    "incentives",
    "workspace",
    "operations",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "core.entrance.middleware.LastSeen",
    "core.pages.OwnTimeZone",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "core.pages.RefusalPages",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Database. IMMEDIATE takes SQLite's write lock when a transaction begins and waits for it up to
# `timeout` seconds; without it a read that turns into a write fails at once with "database is
# locked". recursive_triggers makes REPLACE INTO obey the append-only triggers.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
        "PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON"
    ),
}
DATABASES: dict[str, dict[str, Any]] = {"default": dict(ENVIRONMENT.database)}
if DATABASES["default"]["ENGINE"] == environment.SQLITE:
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
else:
    DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Cache. Without Redis it lives in the database, not in the memory of one process: the web server
# and the worker must see the same counts (rate limits of the sign-in).
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": ENVIRONMENT.redis_url,
        "KEY_PREFIX": "steward",
    }
    if ENVIRONMENT.redis_url
    else {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "steward_cache",
        # The default of 300 is soon full, and what is thrown out then are counts of attempts.
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

# Jobs. A message is acknowledged after the work, so a worker that dies gives it back; the truth of
# every job is in the database, so a message that is lost or doubled does no harm.
CELERY_BROKER_URL = ENVIRONMENT.redis_url or "filesystem://"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
    # Longer than the longest job: Redis hands a message out again after this many seconds.
    "visibility_timeout": 6 * 60 * 60,
}
if ENVIRONMENT.redis_url is None:
    BROKER_DIR = VAR_DIR / "broker"
    for name in ("queue", "control"):
        (BROKER_DIR / name).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),
        "control_folder": str(BROKER_DIR / "control"),
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = ENVIRONMENT.time_zone
NIGHTLY_CHECK_EVERY = timedelta(minutes=5)
CELERY_BEAT_SCHEDULE = {
    # Beat's own schedule file forgets, so beat only asks, and the database says whether tonight's
    # run is done. A question that waited too long is dropped: the next one asks the same.
    "nightly": {
        "task": "operations.tasks.nightly_if_due",
        "schedule": NIGHTLY_CHECK_EVERY,
        "options": {"expires": NIGHTLY_CHECK_EVERY.total_seconds()},
    },
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")

# People
AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["core.entrance.backend.UsernameOrEmail"]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign_in"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Signing in (allauth). Administrators and imports add people, nobody signs up, and an address is
# what an administrator entered: allauth's own table of addresses stays empty.
ACCOUNT_ADAPTER = "core.entrance.adapters.Accounts"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_FORMS = {
    "login": "core.entrance.forms.SignIn",
    "reset_password": "core.entrance.forms.ForgottenPassword",
    "reset_password_from_key": "core.entrance.forms.NewPassword",
    "change_password": "core.entrance.forms.ChangedPassword",
    "reauthenticate": "core.entrance.forms.PasswordAgain",
}
PASSWORD_RESET_TIMEOUT = int(timedelta(hours=1).total_seconds())
# Attempts are counted in the cache, by the address they come from and by the name they try.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/h/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
}
# A second factor for whoever wants one: an app's codes, passkeys (which sign in by themselves), and
# codes on paper. What is not confirmed anew for five minutes is not changed.
MFA_ADAPTER = "core.entrance.adapters.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "authenticate": "core.entrance.forms.Code",
    "reauthenticate": "core.entrance.forms.CodeAgain",
    "activate_totp": "core.entrance.forms.FirstCode",
    "authenticate_webauthn": "core.entrance.forms.PasskeyAfterPassword",
    "login_webauthn": "core.entrance.forms.PasskeyAlone",
    "reauthenticate_webauthn": "core.entrance.forms.PasskeyAgain",
    "add_webauthn": "core.entrance.forms.NewPasskey",
    "edit_webauthn": "core.entrance.forms.PasskeyName",
}
# OpenID Connect, where the environment names a server. A link leads there: a form may only be
# sent to ourselves (form-action below), and its answer would lead elsewhere.
SOCIALACCOUNT_ADAPTER = "core.entrance.adapters.Elsewhere"
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, Any]] = {
    "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": []}
}
if ENVIRONMENT.oidc:
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"] = [
        {
            "provider_id": "oidc",
            "name": ENVIRONMENT.oidc.name,
            "client_id": ENVIRONMENT.oidc.client_id,
            "secret": ENVIRONMENT.oidc.client_secret,
            "settings": {"server_url": ENVIRONMENT.oidc.server_url},
        }
    ]
# The proxy that ends TLS says who asks; without one it is whoever is connected.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if ENVIRONMENT.https else 0

# Language and time
LANGUAGE_CODE = "en-gb"
TIME_ZONE = ENVIRONMENT.time_zone
USE_I18N = True
USE_TZ = True

# Static files
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not DEBUG
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# The API: JSON and nothing else, errors as problems, pages without a count.
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "core.api.authentication.BearerToken",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["core.api.permissions.SignedIn"],
    "DEFAULT_PARSER_CLASSES": ["core.api.parsing.Json"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "core.api.pagination.Pages",
    "DEFAULT_FILTER_BACKENDS": ["core.api.filters.KnownFilters"],
    "DEFAULT_SCHEMA_CLASS": "core.api.schema.Schema",
    "EXCEPTION_HANDLER": "core.api.problems.answer",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Steward",
    "DESCRIPTION": "Who holds each account, and what happens when it changes hands.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "SERVE_PERMISSIONS": ["core.api.permissions.SignedIn"],
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "GET_LIB_DOC_EXCLUDES": "core.api.schema.inner_docs",
    "SORT_OPERATIONS": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # Several of our words mean different things in different rooms.
    "ENUM_NAME_OVERRIDES": {
        "AccountState": "accounts_app.models.State",
        "StepState": "pipeline.models.StepState",
        "ActivityOutcome": "pipeline.models.Outcome",
        "PoolOutcome": "handoffs.models.Outcome",
        "BriefState": "handoffs.models.BriefState",
        "TransferState": "handoffs.models.TransferState",
        "TransitionState": "handoffs.models.TransitionState",
        "HandoffKind": "handoffs.models.Kind",
        "StageKind": "pipeline.models.StageKind",
        "LedgerKind": "incentives.models.Kind",
        "ContactStatus": "accounts_app.models.Status",
        "PoolReason": "handoffs.models.EntryReason",
    },
}

# What goes wrong is written to standard error, with its traceback, whoever runs the process.
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        # Django's own handlers are silent without DEBUG; what is refused (4xx) is no fault.
        "django": {"handlers": [], "level": "WARNING"},
        "django.request": {"level": "ERROR"},
    },
}

# Mail
vars().update(ENVIRONMENT.email)
DEFAULT_FROM_EMAIL = ENVIRONMENT.email_from

# Security. HTTPS=on says that a proxy in front ends TLS and sets X-Forwarded-Proto.
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# Nothing from elsewhere and nothing inline. data: is for the pictures in the API's page.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = ENVIRONMENT.https
# Whatever watches the process asks it directly, without the proxy.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
if ENVIRONMENT.https:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds())
# Neighbouring subdomains and browsers' preload lists are not Steward's to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
