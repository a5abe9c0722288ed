"""System checks: what a deployment must not get wrong silently."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, register
from django.core.files.storage import default_storage


@register()
def media_urls_are_a_prefix(**kwargs: Any) -> list[Error]:
    """PostgreSQL writes pictures' URLs as prefix + name (profiles.py)."""
    url = default_storage.url("a.jpg")
    if url.endswith("a.jpg") and not urlsplit(url).query:
        return []
    return [
        Error(
            "The media storage signs its URLs one by one.",
            hint='For S3: MEDIA_STORAGE_OPTIONS={"querystring_auth": false, …}',
            id="matchmaker.E001",
        )
    ]


@register()
def mail_language_is_spoken(**kwargs: Any) -> list[Error]:
    """Django itself checks LANGUAGE_CODE, and does not know MAIL_LANGUAGE."""
    if settings.MAIL_LANGUAGE in dict(settings.LANGUAGES):
        return []
    return [
        Error(
            f"MAIL_LANGUAGE is {settings.MAIL_LANGUAGE!r}.",
            hint=f"It must be one of {', '.join(dict(settings.LANGUAGES))}.",
            id="matchmaker.E002",
        )
    ]
