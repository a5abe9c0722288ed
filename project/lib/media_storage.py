"""The storage of pictures, and how long caches may keep them."""

from collections.abc import Mapping
from typing import Any

# Names are never reused, but deleted pictures must vanish from caches.
CACHE_CONTROL = "public, max-age=86400, immutable"
S3 = "storages.backends.s3.S3Storage"


def media_storage(backend: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entry of STORAGES; objects in S3 get the header on writing.

    Other object parameters in `options` are kept; a cache header there replaces ours.
    """
    if backend == S3:
        parameters = {"CacheControl": CACHE_CONTROL}
        parameters |= options.get("object_parameters", {})
        options = {**options, "object_parameters": parameters}
    return {"BACKEND": backend, "OPTIONS": dict(options)}
