"""Stored files that belong to rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction


@contextmanager
def stored_jpeg(folder: str, content: bytes | None) -> Iterator[str]:
    """Store a picture under an unguessable name and yield the name; "" for no picture.

    Wrap it around the transaction that records the name: any error deletes the file.
    """
    if content is None:
        yield ""
        return
    name = default_storage.save(f"{folder}/{uuid4().hex}.jpg", ContentFile(content))
    try:
        yield name
    except BaseException:
        default_storage.delete(name)
        raise


def delete_after_commit(name: str | None) -> None:
    if name:
        transaction.on_commit(lambda: default_storage.delete(name), robust=True)
