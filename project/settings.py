"""Settings from the environment; project/README.md lists every variable.

Defaults are safe. Variables without a safe default (the secret key, the two servers)
must be set: a missing one stops the start with its name.
"""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from project.lib.api.rates import factor, rates
from project.lib.media_storage import media_storage
from project.lib.public_url import public_url
from project.lib.redis.clients import make_client
from project.lib.server.client_address import networks

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

SECRET_KEY = env("SECRET_KEY")
DEBUG = env.bool("DEBUG", False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])

# HTTPS is assumed; only laptops turn it off.
HTTPS = env.bool("HTTPS", True)
# The base of links in mails. Never a request's Host, which its sender chooses.
PUBLIC_URL = public_url(
    env("PUBLIC_URL", default=""), hosts=ALLOWED_HOSTS, is_https=HTTPS
)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS and env.bool("SSL_REDIRECT", True)
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 0)
if env.bool("TRUST_X_FORWARDED_PROTO", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_ALLOWED_ORIGIN_REGEXES = env.list("CORS_ALLOWED_ORIGIN_REGEXES", default=[])
CORS_EXPOSE_HEADERS = ["ETag", "Link", "Location", "Retry-After"]
X_FRAME_OPTIONS = "DENY"

INSTALLED_APPS = [
    "matchmaker",
    "events",
    "referrals",
    "chat",
    "project.apps.ProjectConfig",  # before Daphne, whose runserver it replaces
    "daphne",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.gis",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "channels",
    "corsheaders",
    "django_dramatiq",
    "django_filters",
    "drf_yasg",
    "leaflet",
    "rest_framework",
    "rest_framework.authtoken",
    "rest_framework_gis",
]

MIDDLEWARE = [
    "corsheaders.middleware.CorsMiddleware",
    "project.middleware.Compression",
    "django.middleware.locale.LocaleMiddleware",  # errors have a language too
    "project.middleware.JsonEdge",
    "django.middleware.security.SecurityMiddleware",
    "project.middleware.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "project.middleware.Sessions",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "project.middleware.Authentication",
    "project.middleware.Messages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "project.urls"
CSRF_FAILURE_VIEW = "project.error_views.csrf_failure"
ASGI_APPLICATION = "project.asgi.application"
# Both forms of every documented path are routed (project.lib.api.routes): a redirect
# would lose the body of a POST.
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
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

# Of a web process: connections, and how long they may keep it waiting. An idle one is
# closed later than nginx closes its own (60 s), so that a proxy never uses a dead one.
CONNECTIONS = env.int("CONNECTIONS", 10_000)
# An office behind one address has many members, each with tabs and sockets.
CONNECTIONS_PER_ADDRESS = env.int("CONNECTIONS_PER_ADDRESS", 1_000)
IDLE_TIMEOUT_S = env.float("IDLE_TIMEOUT_S", 75.0)
# A head is one packet or two; a phone that has no network for a moment sends it again.
HEAD_TIMEOUT_S = env.float("HEAD_TIMEOUT_S", 10.0)
# A client that is refused before its body is here may go on sending it for so long:
# a connection that is reset takes the answer with it.
READ_ON_S = env.float("READ_ON_S", 10.0)
# After so long without a sign of a client the kernel asks whether it is there, and
# every ten seconds then, three times. It costs a packet, and wakes a phone's radio.
CLIENT_KEEPALIVE_S = env.int("CLIENT_KEEPALIVE_S", 60)
# A body may take this long and as long as it needs at the slowest line that is served,
# a bad mobile one. An answer has SLOW_READER_S instead of this.
BODY_TIMEOUT_S = env.float("BODY_TIMEOUT_S", 10.0)
MIN_BYTES_PER_S = env.int("MIN_BYTES_PER_S", 16_000)
# All bodies together, on disk from 64 KiB on: eight of the largest.
BODIES_MAX_BYTES = env.int("BODIES_MAX_BYTES", 256 * 1024 * 1024)

# One kept connection per web thread: WEB_THREADS is the size of the pool
# (lib/server/http.py).
WEB_THREADS = env.int("WEB_THREADS", 8)
# Requests that may wait for a thread. At 5 ms each eight threads work this off in a
# tenth of a second; where they take longer, who waits longer is better told so.
WEB_QUEUE = env.int("WEB_QUEUE", 128)
# How much of the threads and of the queue one sign-in, and one address, may have at
# once. A quarter (two threads) made a client that is alone a quarter slower, half does
# not; many people can share an address.
WEB_SIGN_IN_SHARE = env.float("WEB_SIGN_IN_SHARE", 0.5)
# The address's share is also that of all connections and bodies.
WEB_ADDRESS_SHARE = env.float("WEB_ADDRESS_SHARE", 0.75)
# A client is answered within 5 s of something hanging; this leaves time to say so.
REQUEST_TIMEOUT_S = env.float("REQUEST_TIMEOUT_S", 4.0)
# What a limit leaves for whoever has to say so: PostgreSQL that a statement took too
# long, a COMMIT and the answer after it, a thread its own 503 before the event loop
# answers in its place, what a drain has cancelled its end. Twice this and the time of a
# request are less than 5 s.
GRACE_S = env.float("GRACE_S", 0.4)
# With pictures: checking and redrawing one of 40 megapixels takes seconds of CPU.
UPLOAD_TIMEOUT_S = env.float("UPLOAD_TIMEOUT_S", 20.0)
# How long each part may take to prove that it works, for /health/ready: less than
# those who ask wait.
READY_TIMEOUT_S = env.float("READY_TIMEOUT_S", 2.0)
# How long a stopping process answers what it has; Docker Compose kills after 30 s.
DRAIN_S = env.float("DRAIN_S", 25.0)
# Streams of whole lists at once in a web process, and how long one may take.
STREAMS = env.int("STREAMS", 8)
STREAM_TIMEOUT_S = env.float("STREAM_TIMEOUT_S", 3600.0)

# What takes long, a few requests do at once, and a few more hold a web thread while
# they wait for a turn, so long at most; whoever comes then is told to come again.
BUSY_WAIT_S = env.float("BUSY_WAIT_S", 3.0)
# A password takes a core for 0.5 s: with more at once than cores, all are slower. Both
# of these and both of pictures together leave a thread of eight, and of four, to reads.
HASH_THREADS = env.int("HASH_THREADS", max(1, WEB_THREADS // 4))
HASH_WAITING = env.int("HASH_WAITING", max(0, WEB_THREADS * 3 // 8))
# Each picture is decoded by a process that ends with it: how many at once, how many
# wait, how much memory one may take (a WebP of 40 megapixels takes 650), how long.
PICTURE_PROCESSES = env.int("PICTURE_PROCESSES", 1)
PICTURES_WAITING = env.int("PICTURES_WAITING", WEB_THREADS // 8)
PICTURE_MEMORY_MB = env.int("PICTURE_MEMORY_MB", 768)
PICTURE_TIMEOUT_S = env.float("PICTURE_TIMEOUT_S", 15.0)

# PostgreSQL's own limits are shorter than a request's, so that it tells which one was
# reached. They hold in processes that serve (lib/database/deadlines.py); migrations
# and other commands may take as long as they need.
STATEMENT_TIMEOUT_MS = env.int("STATEMENT_TIMEOUT_MS", 3_000)
# Of workers and sweepers, for which nobody waits.
TASK_STATEMENT_TIMEOUT_MS = env.int("TASK_STATEMENT_TIMEOUT_MS", 15_000)
# Rows are locked for milliseconds; who holds one for longer hangs.
LOCK_TIMEOUT_MS = env.int("LOCK_TIMEOUT_MS", 2_000)
# A process that stops inside a transaction keeps its locks for so long. The longest
# work inside of one is a picture's storing.
IDLE_TRANSACTION_MS = env.int("IDLE_TRANSACTION_MS", 10_000)
# TCP's handshake takes a moment; libpq's least is 2.
CONNECT_TIMEOUT_S = env.int("CONNECT_TIMEOUT_S", 3)
# A peer that is gone without a word is noticed after three of these, by either side.
KEEPALIVE_S = env.int("KEEPALIVE_S", 5)
# Whether connections keep statements prepared (lib/database/prepared.py); off for
# poolers that give each transaction another session.
PREPARED_STATEMENTS = env.bool("PREPARED_STATEMENTS", True)
# How often PostgreSQL looks whether the client of a running statement is still there.
CLIENT_CHECK_MS = env.int("CLIENT_CHECK_MS", 1_000)
DATABASES = {
    "default": env.db("DATABASE_URL")
    | {
        "ENGINE": "project.lib.database",
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE_S", 600),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": CONNECT_TIMEOUT_S,
            "keepalives_idle": KEEPALIVE_S,
            "keepalives_interval": KEEPALIVE_S,
            "keepalives_count": 2,
            "tcp_user_timeout": 3 * KEEPALIVE_S * 1000,
            # PostGIS's high function costs make the planner compile small queries;
            # compiling takes longer than they do.
            "options": "-c jit=off"
            f" -c client_connection_check_interval={CLIENT_CHECK_MS}"
            f" -c tcp_keepalives_idle={KEEPALIVE_S}"
            f" -c tcp_keepalives_interval={KEEPALIVE_S}"
            " -c tcp_keepalives_count=2",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env("REDIS_URL")
# How long a hanging Redis delays a request and holds its thread, for connecting and for
# each answer: it answers in a millisecond, and a request can ask it more than once.
REDIS_TIMEOUT_S = env.float("REDIS_TIMEOUT_S", 1.0)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {
            "socket_timeout": REDIS_TIMEOUT_S,
            "socket_connect_timeout": REDIS_TIMEOUT_S,
        },
    }
}
CHANNEL_LAYERS = {
    "default": {
        # Publish and subscribe. The other layer keeps each message for each socket in
        # a sorted set, up to a capacity that a busy room soon exceeds; here a broadcast
        # is one command, and the chat notices lost messages by their numbers.
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {
            # Redis channels are shared by all of its databases.
            "prefix": f"asgi{urlsplit(REDIS_URL).path}",
            "hosts": [
                {
                    "address": REDIS_URL,
                    "socket_connect_timeout": REDIS_TIMEOUT_S,
                    "health_check_interval": 10,
                }
            ],
        },
    }
}
DRAMATIQ_BROKER = {
    "BROKER": "project.lib.background.broker.Broker",
    "OPTIONS": {
        # A like waits for this; a message is only a nudge (lib/background/due.py).
        "client": make_client(REDIS_URL, REDIS_TIMEOUT_S)
    },
    "MIDDLEWARE": [
        "dramatiq.middleware.AgeLimit",
        "dramatiq.middleware.TimeLimit",
        "dramatiq.middleware.Callbacks",
        "dramatiq.middleware.Retries",
        "django_dramatiq.middleware.DbConnectionsMiddleware",
        "project.lib.database.workers.BoundedWaits",
        "project.task_log.TaskLog",
        "project.heartbeats.WorkerHeartbeat",
    ],
}
DRAMATIQ_TASKS_DATABASE = "default"

# smtp://, smtp+tls://, smtp+ssl:// with user:password@host:port; consolemail:// prints.
vars().update(env.email("EMAIL_URL", default="smtp://localhost:25"))
if env("EMAIL_URL", default="").startswith("consolemail:"):
    EMAIL_BACKEND = "project.mail.ReadableConsole"
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT_S", 10)
DEFAULT_FROM_EMAIL = env("EMAIL_FROM", default="Matchmaker <matchmaker@localhost>")

SILENCED_SYSTEM_CHECKS = [
    "auth.W004",  # unique by its identity: member_email_identity_unique
    "gis.W001",  # GDAL reads no file or address that a client names
    # Only the domain's owner knows whether all subdomains speak HTTPS: a wrong yes
    # makes them unreachable in browsers, and preloading is nearly irrevocable.
    "security.W005",
    "security.W021",
]
AUTH_USER_MODEL = "matchmaker.Member"
# For the migration that may find two accounts of one mailbox (matchmaker 0011).
KEEP_SECOND_ACCOUNTS = env.bool("KEEP_SECOND_ACCOUNTS", False)
# For links in mails, from when the mail is handed to the mail server.
PASSWORD_RESET_TIMEOUT = 3600
AUTHENTICATION_BACKENDS = ["matchmaker.backends.EmailBackend"]
PASSWORD_HASHERS = ["project.lib.passwords.BoundedHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"project.lib.passwords.{name}"}
    for name in (
        "SimilarityValidator",
        "LengthValidator",
        "CommonValidator",
        "NumericValidator",
    )
]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "matchmaker.authentication.TokenAuthentication",
        "matchmaker.authentication.JWTAuthentication",
        "matchmaker.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": [
        "project.lib.api.parsers.JSONParser",
        "project.lib.api.parsers.MultiPartParser",
        "project.lib.api.parsers.FormParser",
    ],
    "DEFAULT_RENDERER_CLASSES": ["project.lib.api.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "project.lib.api.negotiation.FormatOrAccept",
    "DEFAULT_THROTTLE_CLASSES": ["project.lib.api.throttles.MarkedMethods"],
    "EXCEPTION_HANDLER": "project.lib.api.exceptions.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

# Rates by scope of project.lib.api.throttles; THROTTLE_<SCOPE> changes one.
THROTTLES = env.bool("THROTTLES", True)
THROTTLE_RATES = rates(
    env.str,
    {
        "sign_up": "20/hour",
        "sign_in": "20/minute",
        "refresh": "120/hour",
        "password": "10/hour",
        "email_link": "5/hour",
        "reset_link": "5/hour",
        "confirm_link": "60/hour",
        "like": "120/minute",
        "location": "120/hour",
        "picture": "30/hour",
        "report": "30/day",
        "preference": "10/day",
        "export": "20/hour",
        "organization": "60/hour",
        "name": "100/day",
        "event": "60/hour",
        "event_organization": "60/hour",
        "activate_code": "30/hour",
        "code_by_email": "60/hour",
        "invite_code": "20/hour",
        "one_time_code": "10/hour",
        "one_time_try": "30/day",
        "room": "60/hour",
        # Programs ask for a calendar every few minutes at most; one that was changed
        # takes a second.
        "calendar": "60/minute",
        # Of an address. A map that is moved asks for a page or two a second.
        "open_read": "600/minute",
        # A map that is moved asks for all tiles of the screen.
        "open_tile": "6000/minute",
        "stream": "60/hour",
    },
)
# An address may do as much as this many accounts, because offices and mobile networks
# share one.
THROTTLE_ADDRESS_FACTOR = factor(env.str("THROTTLE_ADDRESS_FACTOR", default="10"))
# Proxies whose X-Forwarded-For is trusted.
TRUSTED_PROXIES = networks(env.list("TRUSTED_PROXIES", default=[]))

SIMPLE_JWT = {
    "AUTH_HEADER_TYPES": ("Bearer",),
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=env.int("ACCESS_TOKEN_MINUTES", 15)),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=env.int("REFRESH_TOKEN_DAYS", 30)),
}

# Two browser tabs that wake together refresh with one token. Within this time the
# second use is refused, but not as theft. Longer would hide thieves from their victims.
REFRESH_REUSE_LEEWAY_SECONDS = env.int("REFRESH_REUSE_LEEWAY_SECONDS", 10)

DJOSER = {
    "SERIALIZERS": {"token_create": "matchmaker.credentials.TokenSignIn"},
}

SWAGGER_USE_COMPAT_RENDERERS = False
SWAGGER_SETTINGS = {
    "DEFAULT_INFO": "project.schema.INFO",
    "DEFAULT_AUTO_SCHEMA_CLASS": "project.schema.AutoSchema",
    "SECURITY_DEFINITIONS": {
        "Token": {
            "type": "apiKey",
            "name": "Authorization",
            "in": "header",
            "description": _("The word Token and a token from /api/auth/token/login/"),
        },
        "Bearer": {
            "type": "apiKey",
            "name": "Authorization",
            "in": "header",
            "description": _(
                "The word Bearer and an access token from /api/user/sign-in/"
            ),
        },
    },
    "USE_SESSION_AUTH": False,
    "PERSIST_AUTH": True,
    "VALIDATOR_URL": None,
}

LEAFLET_CONFIG = {
    # No third-party tile server: matchmaker/static/matchmaker/basemap.js draws
    # countries and cities from files of this service.
    "TILES": [],
    "DEFAULT_CENTER": (30, 20),
    "DEFAULT_ZOOM": 2,
    "MIN_ZOOM": 2,
    "MAX_ZOOM": 18,
    # One more world on either side, so that the map goes on beyond ±180°.
    "SPATIAL_EXTENT": (-540, -86, 540, 86),
    "FORCE_IMAGE_PATH": True,
    "PLUGINS": {
        "forms": {  # what maps in forms have besides Leaflet's own
            "js": ["matchmaker/place_field.js", "matchmaker/basemap.js"],
            "css": ["matchmaker/basemap.css"],
        }
    },
    "ATTRIBUTION_PREFIX": "",
    "RESET_VIEW": False,
}

# Of the admin; the other pages have stricter policies.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],  # django-leaflet's scripts carry the nonce
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

# Threads, and PostgreSQL connections, for the sockets of a web process.
CHAT_THREADS = env.int("CHAT_THREADS", 4)
# How often a web process looks for messages that no broadcast brought, and how often it
# reports that it is alive: after four intervals without, its members count as offline.
CHAT_REPAIR_S = env.float("CHAT_REPAIR_S", 3.0)
CHAT_BEAT_S = env.float("CHAT_BEAT_S", 5.0)
# A client that has read nothing for this long, while data waited, is dropped: sockets
# and connections of HTTP.
SLOW_READER_S = env.float("SLOW_READER_S", 20.0)

# Whether everybody may read events and organizations as OGC API features.
PUBLIC_EVENTS = env.bool("PUBLIC_EVENTS", False)
EVENT_PUBLISH_DELAY_SECONDS = env.int("EVENT_PUBLISH_DELAY_SECONDS", 60)

# With a key, e-mails of new members are looked up at Hunter.
HUNTER_API_KEY = env("HUNTER_API_KEY", default="")
HUNTER_URL = env("HUNTER_URL", default="https://api.hunter.io/v2")
HUNTER_TIMEOUT_S = env.int("HUNTER_TIMEOUT_S", 20)

# The country of phone numbers without a country code.
PHONE_REGION = env("PHONE_REGION", default="RU")
# Put the one-time code into the answer: for laptops, which send no SMS.
OTP_ECHO = env.bool("OTP_ECHO", False)
SMS_BACKEND = env("SMS_BACKEND", default="referrals.sms.console.ReadableConsole")
# For connecting, and then for the answer: together a request's time.
SMS_TIMEOUT_S = env.float("SMS_TIMEOUT_S", 2.0)
TWILIO_ACCOUNT_SID = env("TWILIO_ACCOUNT_SID", default="")
TWILIO_AUTH_TOKEN = env("TWILIO_AUTH_TOKEN", default="")
TWILIO_FROM = env("TWILIO_FROM", default="")
TWILIO_API_URL = env("TWILIO_API_URL", default="https://api.twilio.com")

LANGUAGE_CODE = env("LANGUAGE_CODE", default="en")
# The language of mails to members who have chosen none.
MAIL_LANGUAGE = env("MAIL_LANGUAGE", default="ru")
LANGUAGES = [("en", _("English")), ("ru", _("Russian"))]
LOCALE_PATHS = [BASE_DIR / "project" / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = env("STATIC_ROOT", default=str(BASE_DIR / ".local" / "static"))
MEDIA_URL = env("MEDIA_URL", default="/media/")
MEDIA_ROOT = env("MEDIA_ROOT", default=str(BASE_DIR / ".local" / "media"))
# Where pictures are not on disk: for connecting to S3, and then for its answer. A
# picture is 0.3 MB at most. boto waits one more second until it sends it, and with the
# picture's decoding, and a password's hashing, the client is answered within 5 s.
STORAGE_TIMEOUT_S = env.float("STORAGE_TIMEOUT_S", 1.5)
STORAGES = {
    "default": media_storage(
        env("MEDIA_STORAGE", default="django.core.files.storage.FileSystemStorage"),
        env.json("MEDIA_STORAGE_OPTIONS", default={}),
    ),
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "class": "project.logs.Line",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "filters": {
        # A health page's own answer is enough, and probes ask every few seconds.
        "not_health": {
            "()": "django.utils.log.CallbackFilter",
            "callback": lambda record: "/health/" not in record.getMessage(),
        },
        "repeats": {"()": "project.logs.Repeats"},
        "one_line": {"()": "project.logs.OneLine"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["not_health", "repeats", "one_line"],
        }
    },
    "loggers": {
        # They log URLs in full, and look-ups of e-mails have e-mails in the URL.
        **{name: {"level": "WARNING"} for name in ("httpx", "httpcore")},
        # Redis is down, which servers would log every second; or a form is too large.
        **{
            name: {"filters": ["one_line"]}
            for name in (
                "channels_redis.pubsub",
                "django.security.RequestDataTooBig",
                "django.security.TooManyFieldsSent",
                "django.security.TooManyFilesSent",
            )
        },
    },
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
}
