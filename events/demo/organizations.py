"""What the demo organization with a number is: its name and its members.

Its name and its city depend on the number alone, so that whatever the seed a later load
finds it again; everything else on the number and the seed.
"""

from random import Random
from typing import NamedTuple

from events.demo.texts import WORDS, Kind, Words
from matchmaker.demo.cities import City, any_city, home_around
from matchmaker.demo.people import (
    HOME_IDS,
    NEIGHBOURS,
    RUSSIAN_SPEAKING,
    SIGN_INS,
    home_city,
)
from matchmaker.models import Language
from project.lib.reads.geo import LonLat

# So many of the first organizations are in the cities of the demo sign-ins.
NEARBY = 50
MEMBERS_MAX = 7
HOUSES = 150
POSTCODES = (101_000, 690_999)
CONFIRMED_SHARE = 0.8
UNPLACED_SHARE = 0.1


class Club(NamedTuple):
    """A demo organization; `owner` and `members` are numbers of demo members.

    `members` says of each whether they have confirmed.
    """

    number: int
    title: str
    description: str
    postcode: str
    address: str
    kind: Kind
    words: Words
    city: City
    place: LonLat | None
    owner: int
    members: dict[int, bool]


def club(number: int, seed: int) -> Club:
    """Return the demo organization `number` (from 1) of the world `seed` (from 0)."""
    fixed = Random(f"organization {number}")  # noqa: S311 - repeatable, not secret
    city = home_city(number) if number <= NEARBY else any_city(fixed)
    words = WORDS[
        Language.RUSSIAN if city.country in RUSSIAN_SPEAKING else Language.ENGLISH
    ]
    kind = words.kinds[number % len(words.kinds)]
    name = words.names[number // len(words.kinds) % len(words.names)]
    street, house = fixed.choice(words.streets), fixed.randint(1, HOUSES)

    rng = Random(f"organization {number} {seed}")  # noqa: S311
    nearby = neighbours(number)
    owner = number if number <= SIGN_INS else rng.choice(nearby)
    others = rng.sample(nearby, rng.randint(2, MEMBERS_MAX))
    return Club(
        number=number,
        title=words.title.format(kind=kind.name, name=name),
        description=kind.about,
        postcode=str(rng.randint(*POSTCODES)),
        address=words.address.format(street=street, house=house),
        kind=kind,
        words=words,
        city=city,
        place=(
            None
            if rng.random() < UNPLACED_SHARE
            else home_around(city.centre, city.spread_km / 2, rng)
        ),
        owner=owner,
        members={n: rng.random() < CONFIRMED_SHARE for n in others if n != owner},
    )


def neighbours(club_number: int) -> range:
    """Return numbers of demo members who attend: the city's, or the first ones."""
    if club_number > NEARBY:
        return range(1, NEIGHBOURS + 1)
    step = len(HOME_IDS)
    return range(club_number % step or step, NEIGHBOURS + 1, step)
