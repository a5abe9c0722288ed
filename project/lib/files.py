"""Stored files that belong to rows."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from http import HTTPStatus
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from project.lib.errors import DomainError

# How storages fail: a disk that is full or read-only, a network, S3.
_FAILURES: tuple[type[Exception], ...] = (OSError,)
try:
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError
except ImportError:  # without the extra "s3"
    pass
else:
    _FAILURES += (Boto3Error, BotoCoreError, ClientError)

logger = logging.getLogger(__name__)


class StorageFails(DomainError):
    """The storage of pictures is full, read-only, or does not answer."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "storage_unavailable"
    detail = _("The storage of pictures is unavailable. Try again later.")
    wait_s = 30.0


# Names of files that are stored while an outer transaction can still fail.
_stored: ContextVar[list[str] | None] = ContextVar("stored", default=None)


@contextmanager
def deleting_files_on_error() -> Iterator[None]:
    """Delete what `stored_jpeg` has stored in the block if the block fails.

    For transactions around several services, such as the admin's.
    """
    names: list[str] = []
    token = _stored.set(names)
    try:
        yield
    except BaseException:
        for name in names:
            _discard(name)
        raise
    finally:
        _stored.reset(token)


@contextmanager
def stored_jpeg(folder: str, content: bytes | None) -> Iterator[str]:
    """Store a picture under an unguessable name and yield the name; "" for no picture.

    Wrap it around the transaction that records the name: any error deletes the file.
    Around further transactions put `deleting_files_on_error`. Raises StorageFails.
    """
    if content is None:
        yield ""
        return
    name = f"{folder}/{uuid4().hex}.jpg"
    try:
        with _failing_as_such("stored"):
            default_storage.save(name, ContentFile(content))
        yield name
    except BaseException:
        _discard(name)
        raise
    if (names := _stored.get()) is not None:
        names.append(name)


def read_stored(name: str) -> bytes | None:
    """Return a file's content, or None if it is not there. Raises StorageFails."""
    with _failing_as_such("read"):
        try:
            with default_storage.open(name) as file:
                content: bytes = file.read()
        except FileNotFoundError:
            return None
    return content


def delete_stored(name: str) -> None:
    """Delete a file now. Raises StorageFails."""
    with _failing_as_such("deleted"):
        default_storage.delete(name)


def delete_after_commit(name: str | None) -> None:
    if name:
        transaction.on_commit(
            lambda: _delete_or_tell(name, default_storage.delete), robust=True
        )


@contextmanager
def _failing_as_such(done: str) -> Iterator[None]:
    try:
        yield
    except _FAILURES as error:
        logger.error("A picture cannot be %s: %s", done, error)
        raise StorageFails from error


def _discard(name: str) -> None:
    """Delete what there is of a file, perhaps a half, after an error."""
    discard = getattr(default_storage, "discard", default_storage.delete)
    _delete_or_tell(name, discard)


def _delete_or_tell(name: str, delete: Callable[[str], object]) -> None:
    try:
        delete(name)
    except _FAILURES as error:
        logger.error("%s may be left over: %s", name, error)
