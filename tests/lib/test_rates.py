"""Rates as the environment has them."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from project.lib.api.rates import Rate, factor, rates


@pytest.mark.parametrize(
    ("text", "limit", "window_s"),
    [
        ("1/second", 1, 1),
        ("20/minute", 20, 60),
        ("3/hour", 3, 3600),
        ("9/day", 9, 86400),
    ],
)
def test_rate_is_a_number_per_period(text, limit, window_s):
    assert Rate.of(text) == Rate(limit, window_s)


def test_environment_changes_a_scope():
    environment = {"THROTTLE_SIGN_UP": "5/day"}

    found = rates(
        lambda name, default: environment.get(name, default),
        {"sign_up": "20/hour", "like": "9/minute"},
    )

    assert found == {"sign_up": Rate(5, 86_400), "like": Rate(9, 60)}


@pytest.mark.parametrize(
    "text",
    ["", "20", "20/", "/hour", "0/hour", "-1/hour", "1.5/hour", "20/fortnight",
     "20/HOUR", "20 / hour", "٢/hour", "20/hour\n", "1" * 10 + "/day"],
)  # fmt: skip
def test_broken_rate_is_named(text):
    with pytest.raises(ImproperlyConfigured, match=r"^THROTTLE_LIKE: .* is not a rate"):
        rates(lambda name, default: text, {"like": "1/day"})


@pytest.mark.parametrize("text", ["", "0", "-1", "1.5", "ten", "1e3", "٢"])
def test_broken_factor_is_named(text):
    with pytest.raises(ImproperlyConfigured, match=r"^THROTTLE_ADDRESS_FACTOR: "):
        factor(text)


def test_factor_is_a_whole_number():
    assert factor("10") == 10
