"""The settings, safe by default, in two modes.

Without ``DATABASE_URL`` the software runs in *local mode*: embedded Postgres, a secret key made once, loopback hosts
only. With it, in production: what is missing there is reported by ``factually.checks`` with a hint. ``.env.example``
lists every variable that is read here.
"""

from pathlib import Path
from typing import Any

import django
import environ
from csp.constants import NONE, SELF

from factually import evidence, local, mail, patience
from factually.demonstration import site

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

LOCAL = local.is_local()
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = local.secret_key() if LOCAL else env.str("SECRET_KEY", default="")
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"] if LOCAL else []
)

NEWSROOM_NAME = env.str("NEWSROOM_NAME", default="Factually")
NEWSROOM_TAGLINE = env.str("NEWSROOM_TAGLINE", default="Fact checks you can follow to the evidence")

INSTALLED_APPS = [
    "factually.apps.FactuallyConfig",
    "factchecks",
    "supporters",
    "sources",
    "factually.apps.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "csp",
    "pgtrigger",
    "procrastinate.contrib.django",
    "taggit",
]

MIDDLEWARE = [
    "factually.patience.middleware",
    "factually.middleware.health.health",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "factually.middleware.uploads.limit_uploads",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "factually.middleware.outages.outage",
]

ROOT_URLCONF = "factually.urls"
WSGI_APPLICATION = "factually.wsgi.application"

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
                "factually.context_processors.newsroom",
                "factually.context_processors.goal",
            ],
        },
    },
]

FORM_RENDERER = "factually.form_renderer.FormRenderer"

# Newsroom ---------------------------------------------------------------------------------------

# Nobody publishes alone. A one-person newsroom may set this to false; readers are then told on each page.
PUBLISHING_NEEDS_SECOND_PERSON = env.bool("PUBLISHING_NEEDS_SECOND_PERSON", default=True)

# Whom to tell of a hole in the software: mailto: or https: addresses, shown in /.well-known/security.txt.
SECURITY_CONTACT = env.list("SECURITY_CONTACT", default=[])

# Sources ----------------------------------------------------------------------------------------

# Servers on this machine that sources may be fetched from, as host:port: for tests and demonstrations.
FETCH_LOOPBACK = env.list(
    "FETCH_LOOPBACK", default=[site.ADDRESS] if LOCAL and local.wants_demonstration() else []
)

# Who above the ground floor relies on sources: a module with the functions of ``sources.relying``.
SOURCES_RELIED_ON = "factchecks.relying"
# The permission of those who may change what readers see of a source or a publisher at once.
SOURCES_SHOWN_BY = "factchecks.publish_factcheck"

# Whether a check may be published only when each of its quotations stands in a kept copy of its source.
QUOTATIONS_MUST_BE_VERIFIED = env.bool("QUOTATIONS_MUST_BE_VERIFIED", default=False)

# The newsroom's keys of the Internet Archive: with both, the Wayback Machine is asked to save the sources too.
WAYBACK_ACCESS_KEY = env.str("WAYBACK_ACCESS_KEY", default="")
WAYBACK_SECRET_KEY = env.str("WAYBACK_SECRET_KEY", default="")
WAYBACK_ORIGIN = env.str("WAYBACK_ORIGIN", default="https://web.archive.org").rstrip("/")

# Giving -----------------------------------------------------------------------------------------

# Without both keys gifts are pledges, which somebody confirms by hand. See ``supporters.checks``.
STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", default="")
STRIPE_WEBHOOK_SECRET = env.str("STRIPE_WEBHOOK_SECRET", default="")
STRIPE_API_BASE = env.str(
    "STRIPE_API_BASE", default=""
)  # of a stand-in for Stripe, to try things out

GIVING_CURRENCY = env.str("GIVING_CURRENCY", default="USD")  # unless the current goal is in another
GIVING_FEE_PERCENT = env.float("GIVING_FEE_PERCENT", default=3.0)

# Database ---------------------------------------------------------------------------------------

DATABASES: dict[str, dict[str, Any]] = {
    "default": {"ENGINE": "django.db.backends.postgresql", **local.database()}
    if LOCAL
    else env.db_url("DATABASE_URL"),
}
# A pool instead of persistent connections: about three times the requests of a connection each. Its size bounds what
# one process can ask of Postgres; the time-out bounds how long a reader waits when Postgres is away.
DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
    "min_size": 1,
    "max_size": env.int("DATABASE_POOL_SIZE", default=10),
    "timeout": 5,
    "connection_class": patience.Connection,
}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Static files, uploaded files -------------------------------------------------------------------

STATIC_URL = "static/"
DATA_DIR = local.data_dir()
STATIC_ROOT = env.str("STATIC_ROOT", default=str(DATA_DIR / "static"))
MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(DATA_DIR / "media"))
EVIDENCE_STORAGE = env.str("EVIDENCE_STORAGE", default=str(DATA_DIR / "evidence"))
EVIDENCE_ACCESS_KEY = env.str("EVIDENCE_ACCESS_KEY", default="")  # of a bucket
EVIDENCE_SECRET_KEY = env.str("EVIDENCE_SECRET_KEY", default="")
STORAGES = {
    "evidence": evidence.storage(EVIDENCE_STORAGE, EVIDENCE_ACCESS_KEY, EVIDENCE_SECRET_KEY),
    "default": {"BACKEND": "factually.storage.WholeFileStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Sign-in ----------------------------------------------------------------------------------------

LOGIN_URL = "admin:login"
AUTHENTICATION_BACKENDS = ["factually.accounts.Accounts"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Language and time ------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]  # those that the templates are translated into
TIME_ZONE = env.str("NEWSROOM_TIME_ZONE", default="UTC")
USE_I18N = True
USE_TZ = True

# Mail -------------------------------------------------------------------------------------------

MAIL = (
    mail.folder(str(DATA_DIR / "mail"))
    if LOCAL
    else mail.settings_for(env.str("EMAIL_URL", default="smtp://localhost:25"))
)
MAIL_FOLDER = mail.kept_in(MAIL)  # the desk shows what is in it
ANYMAIL = MAIL.pop("ANYMAIL", {})
if django.VERSION < (6, 1):
    vars().update(MAIL)
else:  # the same in the words of Django 6.1
    WORDS = {"host_user": "username", "host_password": "password"}
    OPTIONS = {name.removeprefix("EMAIL_").lower(): value for name, value in MAIL.items() if value}
    MAILERS = {
        "default": {
            "BACKEND": OPTIONS.pop("backend"),
            "OPTIONS": {WORDS.get(name, name): value for name, value in OPTIONS.items()},
        }
    }
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="newsroom@localhost")

# The site's own address, for links in mails: they are written where there is no request to read it from.
SITE_ORIGIN = env.str("SITE_ORIGIN", default=local.origin(ALLOWED_HOSTS)).rstrip("/")

# Safety -----------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    },
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "factually.views.csrf_failure"
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
if not LOCAL:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=365 * 24 * 3600)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_HSTS_SECONDS > 0
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    if env.bool("BEHIND_PROXY", default=False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# What a stranger may send is bounded by ``factually.middleware.uploads``; these are the desk's bounds, wide
# enough for the longest check: a form of 2,000 rows, a pasted draft of 10 MB, a picture of 15 MB.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
STRANGER_UPLOAD_MAX_SIZE = 64 * 1024
EXPERT_UPLOAD_MAX_SIZE = 1024 * 1024

DEFAULT_EXCEPTION_REPORTER = "factually.scrubbing.Reporter"

# Tags, jobs, log --------------------------------------------------------------------------------

TAGGIT_CASE_INSENSITIVE = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "factually.scrubbing.Formatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    # A stranger with a wrong host name is answered 400; it is no event of ours.
    "loggers": {"django.security.DisallowedHost": {"handlers": ["nowhere"], "propagate": False}},
}
