"""django-storages' S3 (the extra `s3`), which waits no longer than a request can.

By itself boto waits for a minute, and asks five times.
"""

from typing import Any

from botocore.config import Config
from django.conf import settings
from storages.backends import s3


class S3Storage(s3.S3Storage):
    """S3 with settings.STORAGE_TIMEOUT_S, unless a `client_config` says otherwise."""

    client_config: Any

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        bounds = Config(
            connect_timeout=settings.STORAGE_TIMEOUT_S,
            read_timeout=settings.STORAGE_TIMEOUT_S,
            retries={"total_max_attempts": 1},
        )
        self.client_config = bounds.merge(self.client_config)
