"""What the demo event with a number is: a pure function of the number and the seed.

Only its times are relative: days before or after the load.
"""

from random import Random
from typing import NamedTuple
from uuid import UUID, uuid5

from events.demo.organizations import NEARBY, Club, club, neighbours
from matchmaker.demo.cities import home_around
from matchmaker.demo.people import HOME_IDS
from project.lib.reads.geo import LonLat

# A later load finds the event again by its `uid`.
NAMESPACE = UUID("6f0d2c1e-7d0a-4b53-9d4e-0a3d6a1c9b11")

EVENTS_A_CLUB = 5
WITH_PICTURE = 30
PRIVATE_EVERY = 10  # have no organization
SHARED_EVERY = 7  # have two hosts
INVITING_EVERY = 9  # invite one more organization
PAST_DAYS, COMING_DAYS = 60, 90
PAST_SHARE, UNDATED_SHARE, ALL_DAY_SHARE, UNPLACED_SHARE = 0.3, 0.05, 0.1, 0.05
CAPACITY_SHARE, FULL_SHARE = 0.4, 0.3
VISITORS_NEARBY, VISITORS_AWAY = 20, 6
MINUTES_AN_HOUR, DEGREES_AN_HOUR = 60, 15


class Happening(NamedTuple):
    """A demo event: `organizations`, `creator` and `visitors` are numbers.

    The first visitors came first. `invited`: the number of an organization that has not
    answered yet, or None. `day`: days after the load, before it if negative, None for
    no date. `minute`: of that day in UTC; None for all day. `announced_days`: published
    so long before the load.
    """

    number: int
    uid: UUID
    title: str
    description: str
    organizations: tuple[int, ...]
    invited: int | None
    creator: int
    place: LonLat | None
    day: int | None
    minute: int | None
    announced_days: float
    capacity: int | None
    visitors: list[int]
    has_picture: bool


def uid_of(number: int) -> UUID:
    return uuid5(NAMESPACE, f"event {number}")


def happening(number: int, seed: int) -> Happening:
    """Return the demo event `number` (from 1) of the world `seed` (from 0)."""
    rng = Random(f"event {number} {seed}")  # noqa: S311 - repeatable, not secret
    host = club((number - 1) // EVENTS_A_CLUB + 1, seed)
    day = _day(rng)
    is_all_day = rng.random() < ALL_DAY_SHARE
    is_near = host.number <= NEARBY
    most = VISITORS_NEARBY if is_near else VISITORS_AWAY
    visitors = rng.sample(neighbours(host.number), rng.randint(0, most))
    return Happening(
        number=number,
        uid=uid_of(number),
        title=host.kind.events[number % len(host.kind.events)],
        description=f"{host.description} {rng.choice(host.words.invitations)}",
        organizations=_organizations(number, host),
        invited=_invited(number, host, seed),
        creator=host.owner,
        place=(
            None
            if rng.random() < UNPLACED_SHARE
            else home_around(host.city.centre, host.city.spread_km / 2, rng)
        ),
        day=day,
        minute=None if is_all_day else _minute(host, rng),
        announced_days=max(-(day or 0), 0) + rng.uniform(1, 20),
        capacity=_capacity(len(visitors), rng),
        visitors=visitors,
        has_picture=number <= WITH_PICTURE,
    )


def _day(rng: Random) -> int | None:
    chance = rng.random()
    if chance < UNDATED_SHARE:
        return None
    if chance < UNDATED_SHARE + PAST_SHARE:
        return -rng.randint(1, PAST_DAYS)
    return rng.randint(1, COMING_DAYS)


def _minute(host: Club, rng: Random) -> int:
    """Return a time between 10:00 and 21:00, roughly in local time."""
    local = rng.randrange(10 * MINUTES_AN_HOUR, 21 * MINUTES_AN_HOUR, 15)
    east_hours = round(host.city.centre.lon / DEGREES_AN_HOUR)
    return local - east_hours * MINUTES_AN_HOUR


def _organizations(number: int, host: Club) -> tuple[int, ...]:
    if number % PRIVATE_EVERY == 0:
        return ()
    neighbour = _neighbour(host)
    if number % SHARED_EVERY == 0 and neighbour:
        return host.number, neighbour
    return (host.number,)


def _invited(number: int, host: Club, seed: int) -> int | None:
    """Return the invited organization; where the creator is a member none is needed."""
    neighbour = _neighbour(host)
    is_alone = number % SHARED_EVERY and number % PRIVATE_EVERY
    if number % INVITING_EVERY or not is_alone or neighbour is None:
        return None
    other = club(neighbour, seed)
    return None if host.owner in {other.owner, *other.members} else neighbour


def _neighbour(host: Club) -> int | None:
    """Return the number of another organization in the same city."""
    step = len(HOME_IDS)
    return host.number - step if step < host.number <= NEARBY else None


def _capacity(visitors: int, rng: Random) -> int | None:
    """Return None mostly, and sometimes fewer spots than there are visitors."""
    if rng.random() >= CAPACITY_SHARE:
        return None
    if visitors > 1 and rng.random() < FULL_SHARE:
        return max(visitors - rng.randint(1, 5), 1)
    return visitors + rng.randint(1, 30)
