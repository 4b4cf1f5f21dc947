"""Everything Tandem can be told, read top down.

What differs between machines comes from the environment and has a default that works on a laptop:
SECRET_KEY, DATABASE_URL, REDIS_URL, ALLOWED_HOSTS, DEBUG, PORT, RATE_LIMITS, TRUSTED_PROXIES, EMAIL_URL, EMAIL_FROM,
PUSH_KEY, PUSH_CONTACT, PUSH_HOSTS, TANDEM_VAR_DIR.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import dj_database_url
from csp.constants import NONE, SELF

from chatproject import secret_key
from chatproject.embedded import socket_url

BASE_DIR = Path(__file__).resolve().parent.parent

# Where the site keeps what it makes: the key, the database, sockets, collected static files. The owner's alone.
VAR_DIR = Path(os.environ.get("TANDEM_VAR_DIR", BASE_DIR / "var"))
VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)


# --- Where and how it runs -------------------------------------------------------------------------------------------

LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

DEBUG = os.environ.get("DEBUG", "") not in ("", "0", "false", "off")
try:
    PORT = int(os.environ.get("PORT") or 8000)
except ValueError:
    raise SystemExit(f"PORT must be a number, not {os.environ['PORT']!r}.") from None
ALLOWED_HOSTS = [host.strip() for host in os.environ.get("ALLOWED_HOSTS", "").split(",") if host.strip()]
ALLOWED_HOSTS = ALLOWED_HOSTS or LOOPBACK_HOSTS

# A site that only this machine can reach may use plain http; every other one is behind TLS, and says so in its cookies.
PUBLIC = not DEBUG and not set(ALLOWED_HOSTS) <= set(LOOPBACK_HOSTS)

SECRET_KEY = os.environ.get("SECRET_KEY") or secret_key.read_or_make(VAR_DIR / "secret_key")

# For load tests only: switches every limit off, sign-ups and log-ins included.
RATE_LIMITS = os.environ.get("RATE_LIMITS", "on") != "off"


# --- What it is made of ----------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "chat",
    "daphne",  # before staticfiles: its runserver speaks WebSocket
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "servestatic.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
]

MIDDLEWARE = [
    "chat.health.AnswerProbes",
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "chat.middleware.NeverCache",
    "chat.middleware.SayWhatIsDown",
]

ROOT_URLCONF = "chatproject.urls"
ASGI_APPLICATION = "chatproject.asgi.application"

TEMPLATES: list[dict[str, Any]] = [
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
                "chat.rooms.listing.waiting",
            ],
        },
    },
]


# --- Database --------------------------------------------------------------------------------------------------------

DATABASES: dict[str, Any] = {
    "default": dj_database_url.config(default=f"sqlite:///{VAR_DIR / 'tandem.sqlite3'}", conn_health_checks=True)
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # WAL lets people read while one writes; IMMEDIATE makes two writers queue instead of failing half-way.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 5,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


# --- Redis: pairs, the channel layer, shared rate limits --------------------------------------------------------------

EMBEDDED_VALKEY = not os.environ.get("REDIS_URL")
REDIS_URL = os.environ.get("REDIS_URL") or socket_url(VAR_DIR)

CHANNEL_LAYERS: dict[str, Any] = {
    "default": {
        "BACKEND": "chat.realtime.layer.ProcessChannelLayer",
        # Events that may wait for one socket. What is lost past this is read from the log.
        "CONFIG": {"capacity": 200, "expiry": 30},
    }
}
CACHES: dict[str, Any] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": [REDIS_URL],
        "KEY_PREFIX": "tandem:cache",
        "OPTIONS": {
            "pool_class": "chat.realtime.sentinel.CachePool",
            "socket_connect_timeout": 2,
            "socket_timeout": 2,
        },
    }
}


# --- Mail -------------------------------------------------------------------------------------------------------------

# Mail is optional: without it nobody is offered a password by mail, and nothing that should be mailed is in a log.
EMAIL_URL = os.environ.get("EMAIL_URL", "console:" if DEBUG else "")
SENDS_MAIL = bool(EMAIL_URL)
if EMAIL_URL == "console:":
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
elif EMAIL_URL:
    _mail = urlsplit(EMAIL_URL)
    EMAIL_HOST, EMAIL_PORT = _mail.hostname or "localhost", _mail.port or (465 if _mail.scheme == "smtps" else 587)
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
    EMAIL_USE_SSL, EMAIL_USE_TLS = _mail.scheme == "smtps", _mail.scheme == "smtp" and bool(_mail.username)
    EMAIL_TIMEOUT = 10  # seconds
    DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", f"tandem@{ALLOWED_HOSTS[0]}")
else:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"


# --- People: accounts, passwords, login sessions -----------------------------------------------------------------------

AUTH_USER_MODEL = "chat.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "chat"
LOGOUT_REDIRECT_URL = "landing"

ACCOUNT_ADAPTER = "chat.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", *(["email"] if SENDS_MAIL else []), "password1*", "password2*"]
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_USERNAME_VALIDATORS = "chat.naming.SIGN_UP_VALIDATORS"
ACCOUNT_USERNAME_BLACKLIST = ["admin", "administrator", "root", "support", "system", "tandem"]
ACCOUNT_LOGOUT_REDIRECT_URL = LOGOUT_REDIRECT_URL
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # before an email address changes: it can get a new password
ACCOUNT_REAUTHENTICATION_METHODS = ("password", "mfa")  # a code by mail would be read on the screen that was left open

# An address is for one thing, a forgotten password, and only once it is verified (docs/decisions/0028). Nothing tells
# whose it is, or whether it is anybody's.
ACCOUNT_EMAIL_VERIFICATION = "optional" if SENDS_MAIL else "none"
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_MAX_EMAIL_ADDRESSES = 3
ACCOUNT_FORMS = {"login": "chat.forms.LoginForm", "reset_password": "chat.forms.ResetPasswordForm"}
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Tandem: "
PASSWORD_RESET_TIMEOUT = 2 * 3600  # seconds; mail takes minutes
# Besides django-allauth's own: who invites may be asked as often as joining may be tried (chat/pairs/pairing.py).
_LIMITS = {"invitation": "20/m/user", "push": "20/m/user"}
_LIMITS |= {"room": "20/h/user", "room_invitation": "60/h/user", "report": "10/h/user"}
ACCOUNT_RATE_LIMITS: Any = _LIMITS if RATE_LIMITS else False

# The second step: an authenticator app, passkeys (which may be the only step), recovery codes.
MFA_ADAPTER = "chat.second_factor.SecondFactorAdapter"
MFA_FORMS = {
    "add_webauthn": "chat.passkeys.AddForm",
    "edit_webauthn": "chat.passkeys.RenameForm",
    "login_webauthn": "chat.passkeys.LogInForm",
    "authenticate_webauthn": "chat.passkeys.SecondStepForm",
    "reauthenticate_webauthn": "chat.passkeys.ReauthenticateForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # of 30 s, that a code may be late: who types it as it changes is not sent away (RFC 6238, 5.2)
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # people are known by their user name; whose the address is changes nothing
MFA_RATE_LIMITS: Any = {"passkey_challenge": "20/m/ip"} if RATE_LIMITS else False

# How many proxies in front of the site write X-Forwarded-For: sign-up and log-in limits count by the caller's address.
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("TRUSTED_PROXIES", "1" if PUBLIC else "0"))


# --- Web Push: who has closed the page is told that somebody came ------------------------------------------------------------

PUSH_KEY = os.environ.get("PUSH_KEY") or secret_key.read_or_make(VAR_DIR / "push_key", secret_key.pushing)
PUSH_CONTACT = os.environ.get("PUSH_CONTACT") or f"https://{ALLOWED_HOSTS[0]}/"  # for the operators of push services

# Of Chrome and what is made of it, Firefox, Safari and Edge. A leading dot stands for every host below.
PUSH_HOSTS = ["fcm.googleapis.com", "updates.push.services.mozilla.com", ".push.apple.com", ".notify.windows.com"]
PUSH_HOSTS += [host.strip() for host in os.environ.get("PUSH_HOSTS", "").split(",") if host.strip()]
PUSH_TEST_SERVICE = ""  # a push service on loopback, for tests (tests/push_settings.py); nothing outside can set it


# --- Safety ----------------------------------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if PUBLIC:
    # TLS ends at the proxy, which must set (never pass on) X-Forwarded-Proto: see docs/operations.md.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}


# --- Static files and languages ------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "chatproject.static.HashedStaticFiles"},
}
SERVESTATIC_USE_FINDERS = True  # so that a checkout without `collectstatic` has its styles too

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ru", "Русский"), ("pt-br", "Português"), ("ar", "العربية")]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600  # seconds
LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SAMESITE, LANGUAGE_COOKIE_SECURE = True, "Lax", PUBLIC
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True


# --- The socket's server and the log ---------------------------------------------------------------------------------------

# Frames over the protocol's 64 KiB are answered in words; only what is far beyond is cut off by the server itself.
DAPHNE_WEBSOCKET_MAX_MESSAGE_SIZE = DAPHNE_WEBSOCKET_MAX_FRAME_SIZE = 2 * 1024 * 1024

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "chatproject.log_format.DiscreetFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "chat": {"level": "INFO"},
        "django": {"handlers": [], "propagate": True, "level": "WARNING"},
        "django.server": {"handlers": [], "propagate": True},
        "django.request": {"level": "ERROR"},  # what a client asked for in vain is no news
        "django.security": {"level": "ERROR"},
    },
}
