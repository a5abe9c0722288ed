"""What happens to a question while Hunter thinks about it."""

from collections.abc import Callable, Iterator

import pytest
from django.db import connections
from django.utils import timezone

from matchmaker import services as member_services
from matchmaker.models import Member
from project.lib.background import due
from referrals import services
from referrals.models import EmailLookup
from referrals.tasks import EMAIL_LOOKUP
from tests.factories import MemberFactory
from tests.referrals.factories import EmailLookupFactory
from tests.referrals.hunter_server import Answer, HunterServer
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(settings) -> Iterator[HunterServer]:
    with HunterServer() as made:
        settings.HUNTER_API_KEY, settings.HUNTER_URL = "key", made.url
        yield made


def meanwhile(server: HunterServer, do: Callable[[], object]) -> None:
    """Have this done, in another connection, before the server answers."""

    def call() -> None:
        try:
            do()
        finally:
            connections.close_all()

    server.before_answer = call


@pytest.mark.parametrize("status", [200, 202, 400, 429])
def test_answer_about_an_older_email_is_dropped(server, status):
    lookup = EmailLookupFactory()
    server.answer_all(Answer(status, {"data": {"status": "valid"}}))

    def change() -> None:
        Member.objects.filter(pk=lookup.member_id).update(
            email="newer@example.com", email_identity="newer@example.com"
        )
        EmailLookup.objects.filter(pk=lookup.pk).update(
            status="", given_up_at=timezone.now()
        )
        assert services.ask_again(EmailLookup.objects.get(pk=lookup.pk))

    meanwhile(server, change)
    assert due.attempt(EMAIL_LOOKUP, lookup.pk)

    lookup.refresh_from_db()
    assert lookup.email == "newer@example.com"
    assert (lookup.status, lookup.attempts) == ("", 0)
    assert EmailLookup.objects.undone().get() == lookup
    assert EMAIL_LOOKUP.rows().get() == lookup


@pytest.mark.parametrize("status", [200, 202, 400, 404, 429, 451, 500])
def test_account_deleted_meanwhile(server, status):
    lookup = EmailLookupFactory()
    server.answer_all(Answer(status, {"data": {"status": "valid"}}))
    meanwhile(server, lambda: member_services.delete_member(lookup.member))

    assert due.attempt(EMAIL_LOOKUP, lookup.pk)

    assert not EmailLookup.objects.exists()


def test_question_is_asked_by_one_of_many(server):
    lookup = EmailLookupFactory()

    took = at_once(*[lambda: due.attempt(EMAIL_LOOKUP, lookup.pk)] * 8)

    assert sorted(took) == [False] * 7 + [True]
    assert len(server.asked) == 1


def test_claims_and_deletions_at_once_wait_for_each_other(server):
    server.answer_all(Answer(451))
    for _time in range(5):
        member = MemberFactory(password=None)
        both = [
            EmailLookupFactory(member=member, kind=kind).pk
            for kind in EmailLookup.Kind.values
        ]

        at_once(
            *[lambda pk=pk: services.look_up_email(pk) for pk in both],
            lambda member=member: member_services.delete_member(member),
        )

        assert not EmailLookup.objects.exists()
