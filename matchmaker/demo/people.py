"""The demo member number n, as a pure function of the number and the seed.

So the first thousand of a million are the same as in a load of a thousand. Only
instants are relative: they are ages, which the load counts back from now.
"""

from random import Random
from typing import NamedTuple

from matchmaker.demo.cities import (
    City,
    any_city,
    cities_by_id,
    home_around,
    home_in,
)
from matchmaker.demo.names import name_for
from matchmaker.models import Gender, Language
from project.lib.reads.geo import LonLat

# example.com is reserved (RFC 2606), so mail to it never arrives anywhere.
DOMAIN = "example.com"
SIGN_INS = 5
ADMIN_NUMBER = 5
# Two of the sign-ins, so that there is a pair who can chat at once.
MATCHED = (1, 2)
WITH_AVATAR = 24
# Hides, and likes the first sign-in, who therefore discovers them all the same.
HIDDEN = 6
# The first members share the cities of the sign-ins, so that those have a full page
# of people nearby however small the load is. All others live anywhere.
NEIGHBOURS = 250
# GeoNames ids. Member n lives in the one at n modulo 5, so the sign-ins 1 to 5 in Saint
# Petersburg, Moscow, Berlin, London and New York.
HOME_IDS = ("5128581", "498817", "524901", "2950159", "2643743")
SIGN_IN_SPREAD_KM = 1.0
UNPLACED_SHARE = 0.03
JOINED_WITHIN_S = 365 * 24 * 3600
RUSSIAN_SPEAKING = frozenset({"BY", "KG", "KZ", "RU"})


class Person(NamedTuple):
    """A demo member; `home`: WGS 84 degrees, or None for about 3 %."""

    number: int
    email: str
    first_name: str
    last_name: str
    gender: Gender
    language: Language
    home: LonLat | None
    joined_ago_s: float


def person(number: int, seed: int) -> Person:
    """Return the demo member `number` (from 1) of the world `seed` (from 0)."""
    rng = Random(number << 64 | seed)  # noqa: S311 - repeatable, not secret
    gender = Gender.MALE if number % 2 else Gender.FEMALE
    city = home_city(number) if number <= NEIGHBOURS else any_city(rng)
    first_name, last_name = name_for(city.country, gender, rng)
    return Person(
        number=number,
        email=email_of(number),
        first_name=first_name,
        last_name=last_name,
        gender=gender,
        language=(
            Language.RUSSIAN if city.country in RUSSIAN_SPEAKING else Language.ENGLISH
        ),
        home=_home(number, city, rng),
        joined_ago_s=rng.uniform(0, JOINED_WITHIN_S),
    )


def email_of(number: int) -> str:
    return f"admin@{DOMAIN}" if number == ADMIN_NUMBER else f"demo{number}@{DOMAIN}"


def home_city(number: int) -> City:
    """Return the city of a sign-in or of one of its neighbours."""
    return cities_by_id()[HOME_IDS[number % len(HOME_IDS)]]


def _home(number: int, city: City, rng: Random) -> LonLat | None:
    if number <= SIGN_INS:
        return home_around(city.centre, SIGN_IN_SPREAD_KM, rng)
    if number > WITH_AVATAR and rng.random() < UNPLACED_SHARE:
        return None
    return home_in(city, rng)
