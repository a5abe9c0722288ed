"""Put demo data into the database: all of them in one transaction, or none."""

import csv
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO
from itertools import combinations, islice
from random import Random
from secrets import token_hex
from typing import NamedTuple

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from matchmaker import services
from matchmaker.demo.avatars import portrait
from matchmaker.demo.other_apps import Load, loaders
from matchmaker.demo.people import (
    ADMIN_NUMBER,
    DOMAIN,
    MATCHED,
    SIGN_INS,
    WITH_AVATAR,
    Person,
    email_of,
    person,
)
from matchmaker.demo.sign_ins import password_of
from matchmaker.models import Gender, Like, Match, Member
from project.lib.emails import email_identity

# Two loads at once: the second waits here, then finds nothing to add.
LOCK_ID = 0x64656D6F
LIKE_SHARE = 0.4
# Of so many members one has not proven the e-mail.
UNPROVEN_OF = 4
ROWS_A_READ = 200
NULL = r"\N"
COLUMNS = (
    "email",
    "email_identity",
    "email_verified_at",
    "first_name",
    "last_name",
    "gender",
    "language",
    "location",
    "date_joined",
    "password",
    "is_staff",
    "is_superuser",
)

Progress = Callable[[Iterable[int]], Iterable[int]]


class Loaded(NamedTuple):
    """How many were added; `others`: of what other apps have, by its name."""

    members: int
    others: dict[str, int]


def load_demo(count: int, *, seed: int, progress: Progress = iter) -> Loaded:
    """Add those of the demo members 1 to `count` that are missing, and what they do.

    Beside what is there, which stays as it is. `progress` sees their numbers pass.
    Killed at any point it leaves no row behind, and at most a few unused pictures.
    """
    others: dict[str, int] = {}
    with _files_unless_failed() as files, transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_ID])
        missing = missing_numbers(count)
        if missing:
            _copy_members(person(n, seed) for n in progress(missing))
            first = _first_members(missing)
            _add_likes(first, seed)
            _add_match(first)
            _add_avatars(first, seed, files)
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE matchmaker_member, matchmaker_like")
        for load_more in loaders():
            others |= load_more(Load(count, seed, files))
    return Loaded(len(missing), others)


def missing_numbers(count: int) -> list[int]:
    """Which of the numbers 1 to `count` no member's e-mail belongs to, in order."""
    found = Member.objects.filter(email_identity__endswith=f"@{DOMAIN}")
    taken = set(found.values_list("email_identity", flat=True))
    return [n for n in range(1, count + 1) if email_of(n) not in taken]


def _copy_members(people: Iterable[Person]) -> None:
    """COPY, ten times as fast as INSERT; the database derives the public points."""
    constants = _constant_columns()
    fields = ", ".join([*COLUMNS, *constants])
    joined_before = timezone.now()
    rows = ((*_row(who, joined_before), *constants.values()) for who in people)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(
            f"COPY {Member._meta.db_table} ({fields})"
            f" FROM STDIN WITH (FORMAT csv, NULL '{NULL}')",
            _CsvStream(rows),
        )


def _constant_columns() -> dict[str, object]:
    """The columns that are the same for all: the model's defaults."""
    defaults = {
        str(field.column): field.get_default()
        for field in Member._meta.concrete_fields
        if not (field.primary_key or field.generated or field.column in COLUMNS)
    }
    return {name: NULL if v is None else v for name, v in defaults.items()}


def _row(who: Person, now: datetime) -> tuple[object, ...]:
    """The values of COLUMNS."""
    is_admin = who.number == ADMIN_NUMBER
    joined_at = now - timedelta(seconds=who.joined_ago_s)
    return (
        who.email,
        email_identity(who.email),
        NULL if who.number % UNPROVEN_OF == 0 else joined_at,
        who.first_name,
        who.last_name,
        who.gender.value,
        who.language.value,
        who.home.ewkt if who.home else NULL,
        joined_at,
        _encoded_password(who),
        is_admin,
        is_admin,
    )


def _encoded_password(who: Person) -> str:
    """Unusable but for the sign-ins: a million hashes would take days.

    Random like Django's own unusable ones, because reset links are made from it.
    """
    if who.number <= SIGN_INS:
        return make_password(password_of(who.email))
    return UNUSABLE_PASSWORD_PREFIX + token_hex(20)


@dataclass
class _CsvStream:
    """What COPY reads: rows are made while PostgreSQL stores the ones before."""

    rows: Iterator[tuple[object, ...]]

    def read(self, _size: int) -> str:
        text = StringIO()
        csv.writer(text).writerows(islice(self.rows, ROWS_A_READ))
        return text.getvalue()


def _first_members(added: list[int]) -> dict[int, Member]:
    """The members just added that get likes and avatars, by number."""
    numbers = {email_of(n): n for n in added if n <= WITH_AVATAR}
    members = Member.objects.filter(email_identity__in=numbers)
    return {numbers[member.email_identity or ""]: member for member in members}


def _add_likes(first: dict[int, Member], seed: int) -> None:
    """Likes between men and women, mutual of MATCHED only: others are for people."""
    rng = Random(seed)  # noqa: S311 - repeatable, not secret
    likes = []
    for pair in combinations(range(1, WITH_AVATAR + 1), 2):
        wanted, (one, other) = rng.random() < LIKE_SHARE, rng.sample(pair, 2)
        if pair == MATCHED:
            continue
        if wanted and (one + other) % 2 and one in first and other in first:
            likes.append(Like(from_member=first[one], to_member=first[other]))
    Like.objects.bulk_create(likes)


def _add_match(first: dict[int, Member]) -> None:
    """Of MATCHED, if both are new. Nobody is mailed: it is not news to them."""
    if not all(number in first for number in MATCHED):
        return
    low, high = sorted((first[n] for n in MATCHED), key=lambda member: member.pk)
    likes = [Like(from_member=a, to_member=b) for a, b in ((low, high), (high, low))]
    Like.objects.bulk_create(likes)
    Match.objects.create(first_member=low, second_member=high)


def _add_avatars(first: dict[int, Member], seed: int, files: list[str]) -> None:
    """Store a portrait of each, as the API stores an upload; names go into `files`."""
    for number, member in sorted(first.items()):
        picture = portrait(number, seed, female=member.gender == Gender.FEMALE)
        services.update_profile(member, avatar=picture)
        files.append(str(member.avatar.name))


@contextmanager
def _files_unless_failed() -> Iterator[list[str]]:
    """A list of stored files, which are deleted if the block fails."""
    files: list[str] = []
    try:
        yield files
    except BaseException:
        for name in files:
            default_storage.delete(name)
        raise
