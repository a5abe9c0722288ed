"""How large a body may be, and how much all bodies together."""

import errno
from collections import Counter
from tempfile import SpooledTemporaryFile
from typing import Any

from django.conf import settings
from django.forms import FileField
from django.urls import Resolver404, resolve

# Allows a 20 MB photo, so that "too large" can be reported on its field; larger
# requests are not read to the end.
MAX_FORM_BYTES = 32 * 1024 * 1024

# Of all other bodies.
MAX_BODY_BYTES = 1024 * 1024

# A body is in memory up to this size, and beyond it in a file.
MAX_BYTES_IN_MEMORY = 64 * 1024


class Bodies:
    """The bytes of all bodies that are held, each until it has been answered."""

    def __init__(self) -> None:
        self.total_bytes = 0
        self._by_address: Counter[str] = Counter()

    def have_room(self, address: str, size: int) -> bool:
        """Return whether one more body fits, by all bodies and by its address's."""
        limit = settings.BODIES_MAX_BYTES
        share = limit * settings.WEB_ADDRESS_SHARE
        return (
            self.total_bytes + size <= limit
            and self._by_address[address] + size <= share
        )

    def add(self, address: str, size: int) -> None:
        self.total_bytes += size
        self._by_address[address] += size
        if self._by_address[address] <= 0:
            del self._by_address[address]


BODIES = Bodies()


class Body(SpooledTemporaryFile[bytes]):
    """A body, which counts among all others until it is closed or forgotten."""

    def __init__(self, address: str) -> None:
        super().__init__(MAX_BYTES_IN_MEMORY)
        self.address = address
        self.size = 0

    def write(self, data: Any) -> int:
        """Append to the body. Raises OSError if it has no room, here or on the disk."""
        if not BODIES.have_room(self.address, len(data)):
            raise OSError(errno.ENOSPC, "the bodies of all requests are too large")
        BODIES.add(self.address, len(data))
        self.size += len(data)
        return super().write(data)

    def close(self) -> None:
        BODIES.add(self.address, -self.size)
        self.size = 0
        super().close()

    def __del__(self) -> None:
        self.close()


def max_bytes(method: str, path: str, kind: str, *, has_credentials: bool) -> int:
    """Return how large a body may be, by what the path's view says of itself.

    `kind`: the media type. Whether the credentials are valid is not known yet; what
    bounds those who lie is BODIES.
    """
    if not kind.lower().startswith("multipart/form-data"):
        return MAX_BODY_BYTES
    try:
        view = resolve(path).func
    except Resolver404:
        return MAX_BODY_BYTES
    takes_files, is_public = _declared(view, method.lower())
    if takes_files and (is_public or has_credentials):
        return MAX_FORM_BYTES
    return MAX_BODY_BYTES


def _declared(view: Any, method: str) -> tuple[bool, bool]:
    """Return whether a view takes files, and whether from anybody.

    The API's views say so by @describe, pages of the admin by the fields of their form.
    """
    if admin := getattr(view, "model_admin", None):
        forms = [getattr(admin, name, None) for name in ("form", "add_form")]
        fields = [f for form in forms if form for f in form.base_fields.values()]
        return any(isinstance(field, FileField) for field in fields), False
    name = getattr(view, "actions", {}).get(method, method)
    described = getattr(getattr(view, "cls", None), name, None)
    return (
        getattr(described, "takes_files", False),
        getattr(described, "is_public", False),
    )
