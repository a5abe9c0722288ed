"""Which code the demo member with a number has, and who invited them.

Who has a code, and who is invited, depends only on the number, so that loading another
seed later adds nothing to existing members; who invited them depends on the seed too.
"""

from random import Random
from typing import NamedTuple

from matchmaker.demo.people import SIGN_INS
from referrals.constants import BURST_SIZE, CODE_ALPHABET, CODE_LENGTH

WITH_CODE_SHARE = 0.6
INVITED_SHARE = 0.6
AT_SIGN_UP_SHARE = 0.8
# The higher it is, the more are invited by the first members.
SKEW = 2.5
# The demo sign-ins and their neighbours invite more members than chance would give.
EAGER_SHARE = 0.15

# Members who invited each other in a circle.
CIRCLE = (31, 32, 33)
# Members invited from one address within the hour, and their referrer.
SUSPECT = 40
BURST = range(SUSPECT + 1, SUSPECT + 2 * BURST_SIZE)

# Steps through all possible codes in an order that looks random: it has no divisor in
# common with their number, a power of 31.
STEP = 387_420_489


class Invited(NamedTuple):
    """An invitation by the demo member `referrer`.

    `minutes_late`: after the younger of the two has joined; None at sign-up, where the
    invited member is the younger.
    """

    referrer: int
    minutes_late: float | None
    is_from_one_address: bool


def code_of(number: int) -> str:
    """Return the code that belongs only to the demo member `number`."""
    base, rest, letters = len(CODE_ALPHABET), number * STEP, ""
    for _ in range(CODE_LENGTH):
        rest, letter = divmod(rest, base)
        letters += CODE_ALPHABET[letter]
    return letters


def has_code(number: int) -> bool:
    """Whether the member has a code from the start; referrers always have one."""
    return number <= SIGN_INS or _fixed("code", number).random() < WITH_CODE_SHARE


def invited(number: int, seed: int) -> Invited | None:
    """Return how the demo member `number` (from 1) was invited, or None."""
    rng = Random(f"referral {number} {seed}")  # noqa: S311 - repeatable, not secret
    if number in CIRCLE:
        before = CIRCLE[CIRCLE.index(number) - 1]
        return Invited(before, rng.uniform(60, 6000), False)
    if number in BURST:
        return Invited(SUSPECT, 2.0 * (number - SUSPECT), True)
    if number <= SIGN_INS or _fixed("referral", number).random() >= INVITED_SHARE:
        return None
    if rng.random() < EAGER_SHARE:
        referrer = rng.randint(1, SIGN_INS)
    else:
        # Always an earlier number, so that there is no other circle.
        referrer = 1 + int((number - 1) * rng.random() ** SKEW)
    at_sign_up = rng.random() < AT_SIGN_UP_SHARE
    return Invited(referrer, None if at_sign_up else rng.expovariate(1 / 5000), False)


def _fixed(what: str, number: int) -> Random:
    return Random(f"{what} {number}")  # noqa: S311 - repeatable, not secret
