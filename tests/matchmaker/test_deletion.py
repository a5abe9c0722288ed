"""DELETE /api/clients/me/: everything of a member's is gone, at once and for good."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.gis.geos import Point
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from chat import services as chat_services
from events import services as event_services
from events.models import Departure, InvitationMail, NamingMail
from matchmaker import services
from matchmaker.models import AccountMail, MatchMail, Member, Report
from referrals import services as referral_services
from referrals.models import EmailLookup, InviteCode, Referral
from tests.events.factories import EventFactory, MembershipFactory, host
from tests.factories import PASSWORD, MemberFactory
from tests.pictures import upload

ME = "/api/clients/me/"
AWAY = Point(37.6123456, 55.7123456, srid=4326)
ANNS_ADDRESS = "192.0.2.6"
# Longer than what any other number in the database is, by chance or in an instant.
ANNS_ID = 9_876_543_210_123_456

REFERENCES = """
SELECT c.conrelid::regclass::text, a.attname
FROM pg_constraint c
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
WHERE c.contype = 'f' AND c.confrelid = 'matchmaker_member'::regclass
ORDER BY 1, 2
"""

TABLES = """
SELECT c.oid::regclass::text
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm')
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
ORDER BY 1
"""


def rows(sql: str, *params: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def references() -> dict[tuple[str, str], int]:
    """Each column of each table that refers to members, and how often to Ann."""
    return {
        (table, column): rows(
            f'SELECT count(*) FROM {table} WHERE "{column}" = %s', ANNS_ID
        )[0][0]
        for table, column in rows(REFERENCES)
    }


def tables_with(text: str) -> set[str]:
    """The tables in which any column of any type, written as text, has `text`."""
    return {
        table
        for (table,) in rows(TABLES)
        if rows(f"SELECT 1 FROM {table} t WHERE t::text ILIKE %s LIMIT 1", f"%{text}%")
    }


def redis_texts(server: redis.Redis) -> Iterator[str]:
    read = {
        "string": lambda key: [server.get(key)],
        "list": lambda key: server.lrange(key, 0, -1),
        "set": server.smembers,
        "zset": lambda key: server.zrange(key, 0, -1),
        "hash": lambda key: [x for pair in server.hgetall(key).items() for x in pair],
    }
    for key in server.scan_iter():
        yield key
        yield from filter(None, read.get(server.type(key), lambda key: [])(key))


@pytest.fixture
def server(settings) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(
        settings.REDIS_URL, decode_responses=True, encoding_errors="replace"
    ) as client:
        yield client


@pytest.fixture
def ann(transactional_db) -> Member:
    """With a row in every column that refers to members, but for sign-ins."""
    ann = MemberFactory(
        pk=ANNS_ID,
        email="Unmistakable@example.com",
        phone_number="+79998887766",
        first_name="Annabellissima",
        last_name="Leopardovich",
        location=Point(30.3123456, 59.9123456, srid=4326),
        is_staff=True,
        is_superuser=True,
    )
    # Away and home again: both places are remembered.
    for place in (AWAY, ann.location):
        services.update_profile(ann, location=place)
    ann.groups.add(Group.objects.create(name="Wardens"))
    ann.user_permissions.add(Permission.objects.first())
    younger = MemberFactory(pk=ANNS_ID + 1)
    older = MemberFactory()
    for other in (older, younger):
        services.like_member(ann, other.pk)
        services.like_member(other, ann.pk)
        services.pass_member(ann, other.pk)
        services.pass_member(other, ann.pk)
    MatchMail.objects.filter(member=ann, about=older).update(sent_at=timezone.now())
    MatchMail.objects.filter(member=older, about=ann).update(sent_at=timezone.now())
    AccountMail.objects.create(
        member=ann, kind="phone_lost", email=ann.email, phone_number=ann.phone_number
    )
    blocked, blocker = MemberFactory(), MemberFactory()
    services.block_member(ann, blocked.pk)
    services.block_member(blocker, ann.pk)
    services.report_member(ann, blocked.pk, reason="abuse", text="rude")
    services.report_member(older, ann.pk, reason="spam", text="a bot")
    membership = MembershipFactory(member=ann)
    event = EventFactory(creator=ann)
    host(event, membership.organization)
    InvitationMail.objects.create(
        event=event, organization=membership.organization, member=ann
    )
    NamingMail.objects.create(organization=membership.organization, member=ann)
    Departure.objects.create(organization=MembershipFactory().organization, member=ann)
    event_services.attend_event(ann, event.pk, wait=False)
    event_services.new_feed(ann)
    EmailLookup.objects.create(
        member=ann,
        kind="enrichment",
        email=ann.email,
        status="found",
        result={"person": {"bio": "a philatelist"}, "company": None},
        done_at=timezone.now(),
    )
    # Ann was invited and has invited; so has who invited her.
    for referrer, invited, address in (
        (older, ann, ANNS_ADDRESS),
        (ann, younger, "192.0.2.7"),
    ):
        code = referral_services.create_code(referrer, expires_at=None).code
        referral_services.activate_code(invited, code, meta={"REMOTE_ADDR": address})
    referral_services.set_listed(ann, False)
    lobby = chat_services.lobby_id()
    chat_services.send_message(ann, lobby, "I live in Nowhere Lane", None)
    for other in (older, younger):
        room, _is_new = chat_services.open_direct_room(other, ann.pk)
        chat_services.send_message(other, room.pk, "The key is in the well", None)
    foreign = services.report_member(older, younger.pk, reason="fake", text="")
    services.dismiss_report(foreign, by=ann)
    for actor, subject in ((ann, older), (older, ann)):
        LogEntry.objects.create(
            user=actor,
            content_type=ContentType.objects.get_for_model(Member),
            object_id=subject.pk,
            object_repr=str(subject),
            action_flag=CHANGE,
        )
    return ann


@pytest.fixture
def devices(ann) -> dict[str, APIClient]:
    """Ann's clients by how they are signed in, in every way there is."""
    anonymous = APIClient()
    given = {"email": ann.email, "password": PASSWORD}
    key = anonymous.post("/api/auth/token/login/", given).json()["auth_token"]
    first = anonymous.post("/api/user/sign-in/", given).json()
    pair = anonymous.post("/api/user/refresh/", {"refresh": first["refresh"]}).json()
    by_key, by_jwt, by_cookie = APIClient(), APIClient(), APIClient()
    by_key.credentials(HTTP_AUTHORIZATION=f"Token {key}")
    by_jwt.credentials(HTTP_AUTHORIZATION=f"Bearer {pair['access']}")
    by_jwt.refresh = pair["refresh"]
    credentials = {"username": ann.email, "password": PASSWORD}
    assert by_cookie.post("/admin/login/", credentials, format="multipart").status_code
    by_key.patch(ME, {"avatar": upload()}, format="multipart")
    for device in (by_key, by_jwt, by_cookie):
        assert device.get(ME).json()["id"] == ann.pk
    ann.refresh_from_db()
    return {"key": by_key, "jwt": by_jwt, "cookie": by_cookie}


def traces(ann: Member) -> list[str]:
    """What of a member must be in no table."""
    return [
        ann.email, ann.phone_number, ann.first_name, ann.last_name, ann.password,
        ann.avatar.name, ann.location.hexewkb.decode(),
        AWAY.hexewkb.decode(), "rude", "a bot", "a philatelist", "Nowhere Lane",
        "in the well",
    ]  # fmt: skip


def test_nothing_of_a_deleted_member_is_in_any_table(ann, devices, media: Path):
    hidden = traces(ann)
    # That what is looked for would be found. A new table that refers to members fails
    # here: give Ann a row in it.
    assert {place for place, number in references().items() if not number} == set()
    assert [text for text in hidden if not tables_with(text)] == []
    assert tables_with(ann.first_name) == {"matchmaker_member", "django_admin_log"}
    assert Session.objects.count() == 1
    assert [file.name for file in media.rglob("*.jpg")]

    assert devices["jwt"].delete(ME).status_code == 204

    assert {place for place, number in references().items() if number} == set()
    assert [text for text in hidden if tables_with(text)] == []
    # What staff did to the account stays in their history, as a number.
    assert tables_with(str(ANNS_ID)) == {"django_admin_log"}
    assert set(LogEntry.objects.values_list("object_id", "object_repr")) == {
        (str(ANNS_ID), f"#{ANNS_ID}")
    }
    assert not Session.objects.exists()
    assert list(media.rglob("*.jpg")) == []


def test_who_was_invited_by_a_deleted_member_stays_so(ann, devices):
    own, other = Referral.objects.get(invited=ann), Referral.objects.get(referrer=ann)
    code = InviteCode.objects.get(member=ann).code
    assert own.address_digest
    assert own.address_digest != other.address_digest
    assert tables_with(own.address_digest) == {"referrals_referral"}

    assert devices["jwt"].delete(ME).status_code == 204

    stayed = Referral.objects.get()
    assert (stayed.pk, stayed.referrer) == (other.pk, None)
    assert (stayed.code, stayed.activated_at) == (code, other.activated_at)
    assert tables_with(own.address_digest) == set()
    assert list(InviteCode.objects.values_list("member", flat=True)) == [
        own.referrer_id
    ]


def test_redis_has_nothing_of_a_member_at_any_time(ann, devices, server, settings):
    settings.THROTTLES = True
    given = {"email": ann.email, "password": PASSWORD}
    assert APIClient().post("/api/user/sign-in/", given).status_code == 200

    texts = list(redis_texts(server))

    # The messages about Ann's matches, and the throttles of her sign-ins.
    assert [text for text in texts if "send_match_mail" in text]
    assert [text for text in texts if text.startswith("throttle:sign_in:")]
    hidden = [*traces(ann), str(ANNS_ID)]
    assert [text for text in texts for trace in hidden if trace in text] == []


def test_reports_that_a_deleted_member_closed_stay_closed(ann, devices):
    devices["key"].delete(ME)

    report = Report.objects.get()
    assert (report.state, report.closed_by) == ("dismissed", None)


def test_every_sign_in_is_dead_at_once(ann, devices):
    assert devices["cookie"].get("/admin/").status_code == 200

    assert devices["key"].delete(ME).status_code == 204

    for device in devices.values():
        assert device.get(ME).status_code == 401
        assert device.delete(ME).status_code == 401
    refresh = {"refresh": devices["jwt"].refresh}
    assert APIClient().post("/api/user/refresh/", refresh).status_code == 401
    assert devices["cookie"].get("/admin/").status_code == 302
    given = {"email": ann.email, "password": PASSWORD}
    assert APIClient().post("/api/user/sign-in/", given).status_code == 401
    assert APIClient().post("/api/auth/token/login/", given).status_code == 400


def test_sessions_of_others_live(ann, devices):
    other = MemberFactory(is_staff=True, is_superuser=True)
    browser = Client()
    browser.force_login(other)

    devices["cookie"].delete(ME)

    assert browser.get("/admin/").status_code == 200
    assert Session.objects.count() == 1


def test_others_neither_see_nor_mail_a_deleted_member(ann, devices, signed_in):
    older = Member.objects.get(match_mails__about=ann, pk__lt=ANNS_ID)
    as_older = signed_in(older)

    devices["key"].delete(ME)

    for query in ("", "?liked=true", "?liked_me=true", "?matched=true"):
        found = as_older.get(f"/api/clients/{query}").json()["results"]
        assert ANNS_ID not in [row["id"] for row in found]
    for what in ("", "match/"):
        assert as_older.get(f"/api/clients/{ANNS_ID}/{what}").status_code == 404
    assert not MatchMail.objects.exists()


def test_the_email_is_free_again(ann, devices, api):
    devices["key"].delete(ME)

    given = {
        "email": ann.email,
        "password": PASSWORD,
        "telephone": ann.phone_number,
    }
    assert api.post("/api/user/sign-up/", given).status_code == 201


def test_a_picture_that_cannot_be_deleted_keeps_the_account(
    ann, devices, monkeypatch, caplog
):
    def fail(name: str) -> None:
        raise OSError("no such disk")

    device = devices["jwt"]
    device.raise_request_exception = False
    with monkeypatch.context() as patched:
        patched.setattr(default_storage, "delete", fail)
        refused = device.delete(ME)
    assert refused.status_code == 503
    assert refused.json()["code"] == "storage_unavailable"

    assert device.get(ME).json()["id"] == ann.pk
    assert default_storage.exists(ann.avatar.name)
    assert device.delete(ME).status_code == 204
    assert not default_storage.exists(ann.avatar.name)


def test_deleting_again_is_nothing(ann):
    services.delete_member(ann)
    services.delete_member(ann)

    assert not Member.objects.filter(pk=ANNS_ID).exists()
