"""Where pictures are stored, and how long caches may keep them from there."""

from collections.abc import Mapping
from typing import Any

# A name is never used for another picture, but a deleted one must be gone from caches.
CACHE_CONTROL = "public, max-age=86400, immutable"
S3 = "storages.backends.s3.S3Storage"


def media_storage(backend: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entry of STORAGES; objects in S3 get the header when they are written.

    What `options` say of an object's other parameters stands beside it, and what they
    say of its caches in its place.
    """
    if backend == S3:
        parameters = {"CacheControl": CACHE_CONTROL}
        parameters |= options.get("object_parameters", {})
        options = {**options, "object_parameters": parameters}
    return {"BACKEND": backend, "OPTIONS": dict(options)}
