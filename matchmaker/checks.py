"""System checks of settings that would otherwise fail silently."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, register
from django.core.files.storage import default_storage


@register()
def media_urls_are_a_prefix(**kwargs: Any) -> list[Error]:
    """Check that URLs of pictures are prefix + name, as PostgreSQL writes them."""
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
    """Check MAIL_LANGUAGE; Django itself checks only LANGUAGE_CODE."""
    if settings.MAIL_LANGUAGE in dict(settings.LANGUAGES):
        return []
    return [
        Error(
            f"MAIL_LANGUAGE is {settings.MAIL_LANGUAGE!r}.",
            hint=f"It must be one of {', '.join(dict(settings.LANGUAGES))}.",
            id="matchmaker.E002",
        )
    ]
