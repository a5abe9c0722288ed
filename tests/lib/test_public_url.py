"""What links in mails begin with: a setting, and never what a request says."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from project.lib.public_url import LAPTOP, public_url


@pytest.mark.parametrize(
    ("given", "hosts", "is_https", "url"),
    [
        ("https://example.org", [], False, "https://example.org"),
        ("http://127.0.0.1:8001/", ["a.org"], True, "http://127.0.0.1:8001"),
        ("https://example.org/people/", [], True, "https://example.org/people"),
        ("", ["example.org", "b.org"], True, "https://example.org"),
        ("", ["*", ".example.org", "www.example.org"], False, "http://www.example.org"),
        ("", ["*"], True, LAPTOP),
        ("", [], True, LAPTOP),
    ],
)
def test_where_it_comes_from(given, hosts, is_https, url):
    assert public_url(given, hosts=hosts, is_https=is_https) == url


@pytest.mark.parametrize(
    "given",
    ["example.org", "ftp://example.org", "https://", "https://a.org/?b", "https://a.org/#b",
     "https://me@a.org", "https://a.org:x", "https://[a", "//a.org"],
)  # fmt: skip
def test_what_is_no_address_stops_the_start(given):
    with pytest.raises(ImproperlyConfigured, match="PUBLIC_URL"):
        public_url(given, hosts=["a.org"], is_https=True)
