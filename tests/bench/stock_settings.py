"""This project's settings, but for what the stock way leaves as Django has it.

The database's options stay (no compilation of queries, which would cost the stock
way much more than us); connections live for one request, which is Django's default.
"""

from project.settings import *  # noqa: F403
from project.settings import DATABASES

ROOT_URLCONF = "tests.bench.stock"
DATABASES["default"] |= {"CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication"
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}
