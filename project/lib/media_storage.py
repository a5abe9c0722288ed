"""The storage of pictures, and how long caches may keep them."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

# Names are never reused, but deleted pictures must vanish from caches.
CACHE_CONTROL = "public, max-age=86400, immutable"
S3 = "storages.backends.s3.S3Storage"
BOUNDED_S3 = "project.lib.s3.S3Storage"


def media_storage(backend: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entry of STORAGES; objects in S3 get the header on writing.

    S3 is waited for no longer than a request may take. Other object parameters in
    `options` are kept; a cache header there replaces ours.
    """
    if backend == S3:
        parameters = {"CacheControl": CACHE_CONTROL}
        parameters |= options.get("object_parameters", {})
        backend = BOUNDED_S3
        options = {**options, "object_parameters": parameters}
    return {"BACKEND": backend, "OPTIONS": dict(options)}


def check_writable() -> None:
    """Write a small file where pictures are, and remove it; raise what that raises."""
    name = f"health/{uuid4().hex}"
    try:
        default_storage.save(name, ContentFile(b"x" * 4096))
    finally:
        default_storage.delete(name)  # on a full disk a part of it is left
