"""Who moves up is told by mail."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from rest_framework.test import APIClient

from events import constants, tasks
from events.models import Attendance
from matchmaker import services as matchmaker_services
from matchmaker.models import Member
from project.lib.background import due
from tests.events.attendance import change, url
from tests.events.factories import AttendanceFactory, EventFactory
from tests.factories import MemberFactory


@pytest.fixture
def eva(full) -> Attendance:
    """The first in line."""
    member = MemberFactory(email="eva@example.com", language="ru")
    return AttendanceFactory(event=full, member=member, is_waiting=True)


def tell() -> int:
    """As the sweeper does; how many were attempted."""
    return due.sweep(tasks.PLACE_MAIL)


@pytest.mark.parametrize(
    ("language", "subject", "body"),
    [
        (
            "en",
            "A spot is free: you are in",
            "A spot at “Fest” is now free, and it is yours. "
            "If you cannot come, please give it up.",
        ),
        (
            "ru",
            "Освободилось место: оно ваше",
            "На мероприятии «Fest» освободилось место, и оно ваше. "
            "Если вы не сможете прийти, пожалуйста, откажитесь от него.",
        ),
    ],
)
def test_mail_in_the_members_language(
    full, eva, free_a_place, mailoutbox, language, subject, body
):
    change(full, title="Fest")
    Member.objects.filter(pk=eva.member_id).update(language=language)
    assert tell() == 0
    free_a_place()

    assert tell() == 1

    (mail,) = mailoutbox
    assert (mail.to, mail.subject, mail.body) == (["eva@example.com"], subject, body)


def test_mail_is_sent_once(full, eva, free_a_place, mailoutbox):
    free_a_place()

    tell()
    Attendance.objects.update(next_attempt_at=Now())
    assert tell() == 0
    tasks.send_place_mail(eva.pk)

    assert len(mailoutbox) == 1
    eva.refresh_from_db()
    assert eva.told_at is not None


def test_who_had_a_place_at_once_is_told_nothing(as_ann, mailoutbox):
    event = EventFactory(capacity=1)
    as_ann.post(url(event), {"wait": True})

    assert tell() == 0
    assert mailoutbox == []


def test_who_waits_again_is_told_again(full, eva, free_a_place, signed_in, mailoutbox):
    as_eva: APIClient = signed_in(eva.member)
    other = AttendanceFactory(event=full, is_waiting=True).member
    free_a_place()
    tell()

    as_eva.delete(url(full))
    as_eva.post(url(full), {"wait": True})
    signed_in(other).delete(url(full))
    assert tell() == 1  # the other one left before being told

    assert [mail.to for mail in mailoutbox] == [["eva@example.com"]] * 2
    assert len({mail.extra_headers["Message-ID"] for mail in mailoutbox}) == 2


@pytest.mark.parametrize(
    "happen",
    [
        lambda eva: matchmaker_services.set_active(eva.member, False),
        lambda eva: matchmaker_services.update_profile(
            eva.member, email=None, phone_number="+79991234567"
        ),
        lambda eva: change(eva.event, cancelled_at=Now()),
        lambda eva: Attendance.objects.update(
            promoted_at=Now() - timedelta(days=constants.MAIL_PATIENCE_DAYS)
        ),
    ],
    ids=["shut-out", "no-email", "cancelled", "late"],
)
def test_mail_not_wanted_any_more_is_given_up(eva, free_a_place, mailoutbox, happen):
    free_a_place()
    happen(eva)

    assert tell() == 1
    Attendance.objects.update(next_attempt_at=Now())
    assert tell() == 0

    assert mailoutbox == []


def test_mail_of_who_left_is_not_sent(eva, free_a_place, mailoutbox):
    free_a_place()
    pk = eva.pk
    eva.delete()

    tasks.send_place_mail(pk)

    assert mailoutbox == []
