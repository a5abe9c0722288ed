"""System checks: what a deployment must not get wrong silently."""

from typing import Any
from urllib.parse import urlsplit

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
