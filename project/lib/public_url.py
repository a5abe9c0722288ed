"""The service's own base URL, for links in mails."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

LAPTOP = "http://127.0.0.1:8000"


def public_url(given: str, *, hosts: Iterable[str], is_https: bool) -> str:
    """Return PUBLIC_URL without a trailing slash, or a URL of the first plain host.

    The Host header is not used, because its sender could make mails link to another
    server. Raises ImproperlyConfigured unless it is http(s)://host, maybe with a path.
    """
    if given:
        if not _is_address(given):
            raise ImproperlyConfigured(
                f"PUBLIC_URL: {given!r} is not an address like https://example.org"
            )
        return given.rstrip("/")
    plain = (host for host in hosts if not host.startswith((".", "*")))
    scheme = "https" if is_https else "http"
    return next((f"{scheme}://{host}" for host in plain), LAPTOP)


def _is_address(text: str) -> bool:
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        return False
    is_more = bool(url.query or url.fragment or url.username)
    return (
        url.scheme in ("http", "https")
        and bool(url.hostname)
        and not (is_more or port == 0)
    )
