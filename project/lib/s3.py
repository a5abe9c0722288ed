"""django-storages' S3 (the extra `s3`), which waits no longer than a request can.

By itself boto waits for a minute, and asks five times.
"""

from functools import cached_property
from typing import Any

from botocore.config import Config
from django.conf import settings
from storages.backends import s3


class S3Storage(s3.S3Storage):
    """S3 with settings.STORAGE_TIMEOUT_S, unless a `client_config` says otherwise."""

    client_config: Any

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._options = options
        self.client_config = _waiting(settings.STORAGE_TIMEOUT_S).merge(
            self.client_config
        )

    def discard(self, name: str) -> None:
        """Ask for the deletion of what could not be stored; hardly wait for an answer.

        If S3 hangs it has this request beside the other, and does both when it goes on;
        a client waits meanwhile, and has waited for S3 already.
        """
        self._brief.delete(name)

    @cached_property
    def _brief(self) -> s3.S3Storage:
        brief = s3.S3Storage(**self._options)
        brief.client_config = self.client_config.merge(_waiting(settings.GRACE_S))
        return brief


def _waiting(timeout_s: float) -> Any:
    return Config(
        connect_timeout=timeout_s,
        read_timeout=timeout_s,
        retries={"total_max_attempts": 1},
    )
