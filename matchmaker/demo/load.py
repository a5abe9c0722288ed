"""Load demo data into the database, in one transaction."""

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
    HIDDEN,
    MATCHED,
    SIGN_INS,
    WITH_AVATAR,
    Person,
    email_of,
    person,
)
from matchmaker.demo.sign_ins import password_of
from matchmaker.models import Gender, Like, Match, Member, Visibility
from project.lib.emails import email_identity

# Of two concurrent loads, the second waits here and then finds nothing to add.
LOCK_ID = 0x64656D6F
LIKE_SHARE = 0.4
# One in this many members has not proven the e-mail.
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
    """Counts of added rows; `others`: those of other apps, by name."""

    members: int
    others: dict[str, int]


def load_demo(count: int, *, seed: int, progress: Progress = iter) -> Loaded:
    """Add the missing ones of the demo members 1 to `count`, and what they do.

    Existing rows stay as they are. `progress` wraps the iteration of their numbers.
    If killed at any point, it leaves no row behind, and at most a few unused pictures.
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
            _hide(first)
            _add_avatars(first, seed, files)
            services.add_up_cell_changes()
            with connection.cursor() as cursor:
                cursor.execute(
                    "ANALYZE matchmaker_member, matchmaker_cell, matchmaker_like"
                )
        for load_more in loaders():
            others |= load_more(Load(count, seed, files))
    return Loaded(len(missing), others)


def missing_numbers(count: int) -> list[int]:
    """Return the numbers from 1 to `count` without a member, in order."""
    found = Member.objects.filter(email_identity__endswith=f"@{DOMAIN}")
    taken = set(found.values_list("email_identity", flat=True))
    return [n for n in range(1, count + 1) if email_of(n) not in taken]


def _copy_members(people: Iterable[Person]) -> None:
    """Add members by COPY, ten times as fast as INSERT.

    The database derives the public points.
    """
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
    """Return the columns that are the same for all members: the model's defaults."""
    defaults = {
        str(field.column): field.get_default()
        for field in Member._meta.concrete_fields
        if not (field.primary_key or field.generated or field.column in COLUMNS)
    }
    return {name: NULL if v is None else v for name, v in defaults.items()}


def _row(who: Person, now: datetime) -> tuple[object, ...]:
    """Return the values of COLUMNS for a member."""
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
    """Return a password hash, unusable except for the sign-ins.

    A million hashes would take days. Unusable ones are random like Django's own,
    because reset links are made from them.
    """
    if who.number <= SIGN_INS:
        return make_password(password_of(who.email))
    return UNUSABLE_PASSWORD_PREFIX + token_hex(20)


@dataclass
class _CsvStream:
    """A stream for COPY, which makes rows while PostgreSQL stores earlier ones."""

    rows: Iterator[tuple[object, ...]]

    def read(self, _size: int) -> str:
        text = StringIO()
        csv.writer(text).writerows(islice(self.rows, ROWS_A_READ))
        return text.getvalue()


def _first_members(added: list[int]) -> dict[int, Member]:
    """Return the added members that get likes and avatars, by number."""
    numbers = {email_of(n): n for n in added if n <= WITH_AVATAR}
    members = Member.objects.filter(email_identity__in=numbers)
    return {numbers[member.email_identity or ""]: member for member in members}


def _add_likes(first: dict[int, Member], seed: int) -> None:
    """Add likes between men and women; only those of MATCHED are mutual."""
    rng = Random(seed)  # noqa: S311 - repeatable, not secret
    likes = []
    for pair in combinations(range(1, WITH_AVATAR + 1), 2):
        wanted, (one, other) = rng.random() < LIKE_SHARE, rng.sample(pair, 2)
        if pair in (MATCHED, (1, HIDDEN)):
            continue
        if wanted and (one + other) % 2 and one in first and other in first:
            likes.append(Like(from_member=first[one], to_member=first[other]))
    Like.objects.bulk_create(likes)


def _add_match(first: dict[int, Member]) -> None:
    """Add the match of MATCHED if both are new, without mailing anybody."""
    if not all(number in first for number in MATCHED):
        return
    low, high = sorted((first[n] for n in MATCHED), key=lambda member: member.pk)
    likes = [Like(from_member=a, to_member=b) for a, b in ((low, high), (high, low))]
    Like.objects.bulk_create(likes)
    Match.objects.create(first_member=low, second_member=high)


def _hide(first: dict[int, Member]) -> None:
    """Hide one of the new members, and let them like the first sign-in."""
    if HIDDEN in first:
        hidden = Member.objects.filter(pk=first[HIDDEN].pk)
        hidden.update(visibility=Visibility.HIDDEN)
        if 1 in first:
            Like.objects.create(from_member=first[HIDDEN], to_member=first[1])


def _add_avatars(first: dict[int, Member], seed: int, files: list[str]) -> None:
    """Store a portrait of each, as the API stores uploads; add names to `files`."""
    for number, member in sorted(first.items()):
        picture = portrait(number, seed, female=member.gender == Gender.FEMALE)
        services.update_profile(member, avatar=picture)
        files.append(str(member.avatar.name))


@contextmanager
def _files_unless_failed() -> Iterator[list[str]]:
    """Yield a list for names of stored files, which are deleted if the block fails."""
    files: list[str] = []
    try:
        yield files
    except BaseException:
        for name in files:
            default_storage.delete(name)
        raise
