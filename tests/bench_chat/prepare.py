"""Runs inside Django, on an empty database: makes members and prints them as JSON."""

import argparse
import json
import os
from datetime import timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")

import django

django.setup(set_prefix=False)

from django.core.management import call_command  # noqa: E402
from django.db.models.functions import Now  # noqa: E402
from rest_framework_simplejwt.tokens import AccessToken  # noqa: E402

from chat.services import lobby_id  # noqa: E402
from events.models import Membership, Organization  # noqa: E402
from matchmaker.models import Like, Match, Member  # noqa: E402
from matchmaker.services import issue_tokens  # noqa: E402

# Longer than any run: that tokens end is not what is measured.
LIFETIME = timedelta(days=1)


def main() -> None:
    options = _options()
    call_command("migrate", verbosity=0)
    members = Member.objects.bulk_create(
        Member(email=f"{number}@bench.example", first_name=f"Member {number}")
        for number in range(options.alone + options.together)
    )
    together = members[options.alone :]
    for start in range(0, len(together), options.size):
        _organize(together[start : start + options.size])
    _match(list(zip(together[::2], together[1::2], strict=True)))
    made = [{"id": each.pk, "token": _token(each)} for each in members]
    print(json.dumps({"lobby": lobby_id(), "members": made}))


def _organize(members: list[Member]) -> None:
    organization = Organization.objects.create(title=f"With {members[0].first_name}")
    Membership.objects.bulk_create(
        Membership(organization=organization, member=member, confirmed_at=Now())
        for member in members
    )


def _match(pairs: list[tuple[Member, Member]]) -> None:
    both_ways = [*pairs, *((other, one) for one, other in pairs)]
    Like.objects.bulk_create(
        Like(from_member=one, to_member=other) for one, other in both_ways
    )
    Match.objects.bulk_create(
        Match(first_member=one, second_member=other) for one, other in pairs
    )


def _token(member: Member) -> str:
    token = AccessToken(issue_tokens(member)["access"])
    token.set_exp(lifetime=LIFETIME)
    return str(token)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("tests.bench_chat.prepare", description=__doc__)
    add = parser.add_argument
    add("--alone", type=int, default=0, help="members who are in the lobby only")
    add("--together", type=int, default=0, help="others: in pairs and organizations")
    add("--size", type=int, default=50, help="of an organization")
    return parser.parse_args()


if __name__ == "__main__":
    main()
