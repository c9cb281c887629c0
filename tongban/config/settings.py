"""Settings of one node, all read from the environment; see docs/how-to/run-a-node.md."""

import base64
import os
from pathlib import Path

from tongban.config import environment as env
from tongban.config import logs

BASE = Path(__file__).resolve().parent.parent
ROOT = BASE.parent

NODE_ID = env.required("NODE_ID", "It names this node in every message: 00 for the hub, 22, 35 …")
IS_HUB = NODE_ID == "00"
SANDBOX = env.flag("SANDBOX")
DATA_DIR = env.folder("DATA_DIR", ROOT / ".tongban" / "nodes" / NODE_ID)
# One address of the broker, or several of its servers separated by commas; tls:// in service.
NATS_URL = os.environ.get("NATS_URL", "")
# Who signed the broker's certificate, in PEM; without it what this machine trusts.
NATS_CA_FILE = env.file("NATS_CA_FILE")
# The key store: what this node signs with and opens with; see docs/how-to/look-after-keys.md.
NODE_KEY_FILE = env.folder("NODE_KEY_FILE", DATA_DIR / "node.keys")
# SHA-256 of the hub's public key, as its operators say it by another way than this network: by it the
# first edition of the directory of nodes is believed; see docs/how-to/join-a-node.md.
HUB_KEY_FINGERPRINT = os.environ.get("HUB_KEY_FINGERPRINT", "")
# Certificates in PEM whose end this node watches besides: of its own pages, of the broker it runs.
WATCHED_CERTIFICATES = env.words("WATCHED_CERTIFICATES")
# Two 32-byte keys in base64: one encrypts what is personal at rest, the other makes keyed hashes.
FIELD_KEY = base64.b64decode(env.required("FIELD_KEY", "Make one with: ./run node new-key"))
MATCH_KEY = base64.b64decode(env.required("MATCH_KEY", "Make one with: ./run node new-key"))

SECRET_KEY = env.required("SECRET_KEY", "It signs sessions. Make one with: ./run node new-key")
DEBUG = env.flag("DEBUG")
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "127.0.0.1,localhost").split(",")
# The malware scanner that looks at every paper handed in, and what happens while it is down:
# refuse (nothing is taken unseen) or accept. See tongban/cases/inspection/malware.py.
CLAMD_URL = env.scanner("CLAMD_URL")
CLAMD_WHEN_DOWN = env.choice("CLAMD_WHEN_DOWN", "refuse", {"refuse", "accept"})
# Whoever sends it as a bearer token reads /metrics and /health/condition; see
# docs/how-to/watch-a-node.md. Without one they are open in the sandbox and absent in service.
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")
# Ways out of the portal for notices, each an address of apprise with {to} for the phone number or
# mail address; none set up: the inbox alone. See tongban/cases/notices/channels.py.
NOTICE_CHANNELS = {
    "sms": env.words("NOTICE_SMS_URL"),
    "mail": env.words("NOTICE_MAIL_URL"),
    "webhook": env.words("NOTICE_WEBHOOK_URLS"),
}
# Networks inside which business systems may be called (hooks); without any, public addresses alone.
HOOK_NETWORKS = env.networks("HOOK_NETWORKS")
# A courier that takes orders by HTTP and calls back, signed both ways with one secret; none set up:
# parcels are carried to a counter. See docs/how-to/connect-a-courier.md.
COURIER_WEBHOOK_URL = os.environ.get("COURIER_WEBHOOK_URL", "")
COURIER_WEBHOOK_NAME = os.environ.get("COURIER_WEBHOOK_NAME", "") or "快递"
COURIER_WEBHOOK_SECRET = (
    env.required("COURIER_WEBHOOK_SECRET", "It signs orders to the courier and its calls back.")
    if COURIER_WEBHOOK_URL
    else ""
)
# Who stamps the ends of chains with the time (RFC 3161), once in so many minutes, and the file with the
# certificates its stamps go back to; none set up: nothing is stamped, but in a sandbox by its own.
TSA_URL = os.environ.get("TSA_URL", "")
TSA_CA_FILE = (
    Path(
        env.required("TSA_CA_FILE", "It holds the certificates of the time-stamp authority (PEM).")
    )
    if TSA_URL
    else None
)
TSA_MINUTES = int(os.environ.get("TSA_MINUTES") or ("1" if SANDBOX else "60"))
# Days after an appointment at which its name and phone are deleted; 0 for the platform's default.
APPOINTMENT_NAMES_DAYS = env.number("APPOINTMENT_NAMES_DAYS", 0)
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("TRUSTED_ORIGINS", "").split(",") if o]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "tongban.parties",  # before allauth: its pages about accounts come first
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "tongban.ui",
    "tongban.record",
    "tongban.jurisdictions",
    "tongban.exchange",
    "tongban.catalogue",
    "tongban.guidance",
    "tongban.delivery",
    "tongban.cases",
    "tongban.counters",
    "tongban.sandbox",
    "tongban.portal",
    "tongban.desk",
    "tongban.oversight",
    "tongban.api",
    "tongban.connectors.sandbox_courier",
    "tongban.connectors.webhook_courier",
    "tongban.connectors.time_authority",
]

MIDDLEWARE = [
    "tongban.config.measuring.Measuring",
    "django.middleware.security.SecurityMiddleware",
    "tongban.ui.middleware.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tongban.config.health.DatabaseAwayMiddleware",
]
if SANDBOX:
    # For ./run bench. Elsewhere exact times would help whoever guesses at secrets.
    MIDDLEWARE.insert(0, "tongban.config.timing.ServerTiming")

ROOT_URLCONF = "tongban.config.urls"
WSGI_APPLICATION = "tongban.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "ui" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tongban.ui.context.frame",
            ],
        },
    }
]

_DATABASE = env.database(
    env.required("DATABASE_URL", "Example: postgresql://tongban@127.0.0.1:5432/tongban")
)
DATABASES = {
    "default": _DATABASE
    | {
        # One connection a thread, kept: a pool only pays with many more threads than we run.
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 3, "prepare_threshold": 5}
        | env.BOTH_ENDS_WATCH
        | _DATABASE["OPTIONS"],
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "parties.Account"
AUTHENTICATION_BACKENDS = [
    "tongban.parties.backends.AccountBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sandbox-people" if SANDBOX else "account_login"
LOGIN_REDIRECT_URL = "/"
OFFICER_HOME = "/desk/"
ACCOUNT_ADAPTER = "tongban.parties.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False  # window computers and kiosks are shared
MFA_ADAPTER = "tongban.parties.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
# Cookies do not tell ports apart, so the nodes of a demo on one machine must not share names.
SESSION_COOKIE_NAME = f"session_{NODE_ID}"
SESSION_ENGINE = "tongban.config.sessions"
CSRF_COOKIE_NAME = f"csrf_{NODE_ID}"
CSRF_FAILURE_VIEW = "tongban.portal.views.again.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = env.folder("STATIC_ROOT", DATA_DIR / "static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

logs.configure()

# Everything worth an operator's look goes to standard error, where the launcher or the system's
# journal keeps it.
LOGGING = logs.of_libraries()
