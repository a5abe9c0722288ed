"""Links used at the same moment as something else, each with its own connection."""

from collections.abc import Callable

import pytest
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from events.models import CalendarFeed
from events.services import new_feed
from matchmaker import errors, services
from matchmaker.models import AccountMail, Member
from matchmaker.tasks import ACCOUNT_MAIL
from project.lib.background import due
from tests.factories import PASSWORD, MemberFactory
from tests.matchmaker.mailbox import RESET, link_to, reset_link
from tests.threads import at_once, client_of

ME = "/api/clients/me/"
OLD, NEW = "eva@example.com", "eva@example.org"
ROUNDS = 3

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def eva(transactional_db) -> Member:
    return MemberFactory(email=OLD, language="en")


def works(password: str, email: str = OLD) -> bool:
    given = {"email": email, "password": password}
    return APIClient().post("/api/user/sign-in/", given).status_code == 200


def wish(client: APIClient) -> int:
    given = {"email": NEW, "current_password": PASSWORD}
    return client.patch(ME, given).status_code


def setting_password(client: APIClient, password: str) -> Callable[[], int]:
    given = {"current_password": PASSWORD, "new_password": password}
    return lambda: client.post("/api/clients/set_password/", given).status_code


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_many_who_use_one_link_one_sets_the_password(eva, _round):
    link = reset_link(OLD)
    passwords = [f"another horse {n}" for n in range(4)]

    statuses = at_once(*(lambda p=p: link.reset(p) for p in passwords))

    assert sorted(statuses) == [204, 400, 400, 400]
    assert [works(p) for p in passwords] == [status == 204 for status in statuses]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_links_to_one_account(eva, _round):
    links = [reset_link(OLD), reset_link(OLD)]

    statuses = at_once(*(lambda x=x: x.reset("another horse 8") for x in links))

    assert sorted(statuses) == [204, 400]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_reset_and_a_new_password(eva, _round):
    link, client = reset_link(OLD), client_of(eva)

    reset, changed = at_once(
        lambda: link.reset("another horse 8"), setting_password(client, "third horse 9")
    )

    assert (reset, changed) in [(204, 401), (204, 400), (400, 204)]
    assert works("another horse 8") == (reset == 204)
    assert works("third horse 9") == (changed == 204)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_reset_and_deletion(eva, _round):
    link, client = reset_link(OLD), client_of(eva)

    reset, deleted = at_once(
        lambda: link.reset("another horse 8"), lambda: client.delete(ME).status_code
    )

    # Whoever resets signs the other one out, who may have been let in before.
    assert (reset, deleted) in [(204, 204), (400, 204), (204, 401)]
    assert Member.objects.exists() == (deleted == 401)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_reset_and_the_wish_for_another_email(eva, _round):
    link, client = reset_link(OLD), client_of(eva)

    reset, _asked = at_once(lambda: link.reset("another horse 8"), lambda: wish(client))

    assert reset == 204
    assert Member.objects.get().pending_email is None


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_reset_and_the_proof_of_another_email(eva, _round):
    link = reset_link(OLD)
    assert wish(client_of(eva)) == 200
    change = link_to(NEW)

    reset, proven = at_once(lambda: link.reset("another horse 8"), change.prove)

    assert sorted([reset, proven]) == [204, 400]
    member = Member.objects.get()
    assert member.email == (NEW if proven == 204 else OLD)
    assert (member.pending_email, member.email_verified) == (None, True)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_reset_and_a_sign_out(eva, _round):
    link, client = reset_link(OLD), client_of(eva)

    reset, out = at_once(
        lambda: link.reset("another horse 8"),
        lambda: client.post("/api/auth/token/logout/").status_code,
    )

    assert (reset, out in (204, 401)) == (204, True)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_reset_and_tokens_that_are_renewed(eva, _round):
    link, pair = reset_link(OLD), services.issue_tokens(eva)

    def renew() -> str | None:
        try:
            return services.rotate_tokens(pair["refresh"])["access"]
        except errors.TokenDead:
            return None

    reset, access = at_once(lambda: str(link.reset("another horse 8")), renew)

    assert reset == "204"
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    assert client.get(ME).status_code == 401


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_reset_and_a_sign_in_for_a_key(eva, _round):
    link = reset_link(OLD)
    given = {"email": OLD, "password": PASSWORD}

    reset, signed_in = at_once(
        lambda: link.reset("another horse 8"),
        lambda: APIClient().post("/api/auth/token/login/", given).status_code,
    )

    assert (reset, signed_in in (200, 400)) == (204, True)
    assert not Token.objects.exists()


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_reset_and_a_new_calendar_feed(eva, _round):
    link, client = reset_link(OLD), client_of(eva)

    reset, made = at_once(
        lambda: link.reset("another horse 8"),
        lambda: client.post("/api/events/calendar/").status_code,
    )

    assert (reset, made in (200, 201, 401)) == (204, True)
    assert not CalendarFeed.objects.exists()


def test_whoever_was_let_in_before_a_reset_does_nothing_after_it(eva):
    """As the races above may end, but surely."""
    let_in = services.authenticated(OLD, PASSWORD)
    assert reset_link(OLD).reset("another horse 8") == 204

    with pytest.raises(errors.SignInFailed):
        services.issue_key(let_in)
    for late in (
        lambda: new_feed(let_in),
        lambda: services.update_profile(let_in, pending_email=NEW),
        lambda: services.prove_phone(let_in, "+79991234567"),
        lambda: services.change_password(let_in, "third horse 9"),
    ):
        with pytest.raises(errors.TokenDead):
            late()
    client = APIClient()
    access = services.issue_tokens(let_in)["access"]
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    assert client.get(ME).status_code == 401


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_proof_of_another_email_and_a_sign_up_with_it(eva, _round):
    assert wish(client_of(eva)) == 200
    change = link_to(NEW)
    given = {"email": NEW, "password": PASSWORD}

    proven, made = at_once(
        change.prove,
        lambda: APIClient().post("/api/user/sign-up/", given).status_code,
    )

    assert sorted([proven, made]) in ([201, 400], [204, 400])
    assert Member.objects.filter(email=NEW).count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_proof_and_a_change_by_staff(eva, _round):
    client_of(eva).post("/api/clients/me/verify_email/")
    link = link_to(OLD)

    at_once(link.prove, lambda: services.update_profile(eva, email=NEW) and 0)

    member = Member.objects.get()
    assert (member.email, member.email_verified) == (NEW, False)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_sweeps_at_once_mail_one_link_for_each_who_asked(eva, _round, mailoutbox):
    for _time in range(3):
        APIClient().post(RESET, {"email": OLD})
    APIClient().post(RESET, {"email": "nobody@example.com"})

    at_once(*[lambda: due.sweep(ACCOUNT_MAIL)] * 4)

    assert [mail.to for mail in mailoutbox] == [[OLD]] * 3
    assert AccountMail.objects.count() == 3


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_mail_that_is_addressed_while_its_member_is_deleted(eva, _round, mailoutbox):
    APIClient().post(RESET, {"email": OLD})

    at_once(lambda: due.sweep(ACCOUNT_MAIL), lambda: services.delete_member(eva) or 0)

    AccountMail.objects.update(next_attempt_at="2000-01-01T00:00Z")
    due.sweep(ACCOUNT_MAIL)
    assert len(mailoutbox) <= 1
    assert not AccountMail.objects.exists()
