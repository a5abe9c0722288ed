"""Runs inside Django, on one database: adds the callers and prints them as JSON."""

import json
import os
from dataclasses import asdict

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")

import django

django.setup(set_prefix=False)

from django.contrib.gis.geos import Point  # noqa: E402
from django.contrib.gis.measure import D  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from rest_framework.authtoken.models import Token  # noqa: E402

from matchmaker.models import Block, Language, Like, Member  # noqa: E402
from tests.bench.callers import CITIES, NEARBY, Caller  # noqa: E402

# As of one who uses the service: without any, part of the statement has no work.
LIKES, BLOCKS = 20, 5
NEIGHBOURS_WITHIN = D(km=20)


# Ours measures cells (matchmaker/reads/nearest.py) and has no such index; the list in
# the stock way, and the neighbours below, are found by it.
INDEX = """
CREATE INDEX IF NOT EXISTS bench_public_location
ON matchmaker_member USING gist (public_location)
"""


def main() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(INDEX)
    callers = [_caller(city) for city in CITIES]
    print(json.dumps([asdict(caller) for caller in callers]))


def _caller(city: str) -> Caller:
    email = f"{city.lower().replace(' ', '-')}@bench.example"
    member = Member.objects.filter(email_identity=email).first() or _add(email, city)
    token, _created = Token.objects.get_or_create(user=member)
    caller = Caller(city, token.key, [])
    headers = caller.headers | {"Host": "127.0.0.1:8000"}
    with CaptureQueriesContext(connection) as captured:
        response = Client().get(NEARBY, headers=headers)
    if response.status_code != 200:
        raise SystemExit(f"{NEARBY} answers {response.status_code}, not 200")
    caller.statements.extend(query["sql"] for query in captured)
    return caller


def _add(email: str, city: str) -> Member:
    centre = Point(*CITIES[city], srid=4326)
    member = Member.objects.create_user(
        email, first_name=city, location=centre, language=Language.ENGLISH
    )
    others = Member.objects.others(member).order_by("id")
    near = others.filter(public_location__dwithin=(centre, NEIGHBOURS_WITHIN))
    pairs = [
        {"from_member": member, "to_member": other} for other in near[: LIKES + BLOCKS]
    ]
    Like.objects.bulk_create(Like(**pair) for pair in pairs[:LIKES])
    Block.objects.bulk_create(Block(**pair) for pair in pairs[LIKES:])
    return member


if __name__ == "__main__":
    main()
