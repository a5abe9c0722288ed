"""manage.py demo: organizations and events among the demo members."""

from io import StringIO
from pathlib import Path

import pytest
from django.contrib.gis.measure import D
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, F, Q
from django.utils import timezone
from PIL import Image

from events import services
from events.demo import happenings
from events.demo.happenings import happening, uid_of
from events.demo.organizations import club
from events.models import (
    Attendance,
    Event,
    EventOrganization,
    InvitationMail,
    Membership,
    Organization,
    Role,
    Status,
)
from matchmaker.demo.people import email_of
from matchmaker.models import Member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _few_pictures(monkeypatch):
    monkeypatch.setattr(happenings, "WITH_PICTURE", 2)


def demo(*options) -> str:
    out = StringIO()
    call_command("demo", *options, stdout=out)
    return out.getvalue()


def world():
    """All that a load decides, but ids and the instant it is told from."""
    today = timezone.now().date()
    return (
        [
            (o.title, o.address, o.postcode, o.location and o.location.coords)
            for o in Organization.objects.order_by("id")
        ],
        set(
            Membership.objects.values_list(
                "organization__address", "member__email", "role",
            ).annotate(is_confirmed=Q(confirmed_at__isnull=False))
        ),
        [
            (
                e.uid, e.title, e.description, e.creator.email, e.capacity,
                e.attendees, e.is_all_day, e.location and e.location.coords,
                e.date and e.date.date() - today,
            )
            for e in Event.objects.order_by("uid").select_related("creator")
        ],
        set(
            Event.objects.values_list(
                "uid", "organizations__address", "event_organizations__status"
            )
        ),
        set(
            Attendance.objects.values_list("event__uid", "member__email", "is_waiting")
        ),
        [Path(e.image.path).read_bytes() for e in pictured()],
    )  # fmt: skip


def pictured():
    return Event.objects.exclude(image="").order_by("uid")


def test_same_seed_makes_the_same_events():
    assert "Also added: organizations 2, events 8," in demo("--members=80", "--seed=7")
    first = world()

    for model in (Event, Organization, Member):
        model.objects.all().delete()
    demo("--members=80", "--seed=7")

    assert [len(part) for part in first] == [2, len(first[1]), 8, 8, len(first[4]), 2]
    assert first[1]
    assert first[4]
    assert world() == first


def test_another_seed_makes_others_of_the_same_names():
    one, other = club(60, 1), club(60, 2)

    assert (one.title, one.address, one.city) == (
        other.title,
        other.address,
        other.city,
    )
    assert one.place != other.place
    assert happening(60, 1)[4:] != happening(60, 2)[4:]


def test_events_are_plausible():
    demo("--members=1500")

    assert Organization.objects.count() == 30
    events = Event.objects.all()
    assert events.count() == 150
    now = timezone.now()
    assert 20 < events.filter(date__lt=now).count() < 70
    assert 70 < events.filter(date__gt=now).count() < 120
    assert 0 < events.filter(date=None, is_all_day=False).count() < 20
    assert 5 < events.filter(is_all_day=True).count() < 30
    assert 30 < events.filter(capacity__isnull=False).count() < 90
    assert not events.filter(published_at=None).exists()
    assert not events.filter(published_at__gte=now).exists()
    assert not events.filter(date__lt=F("published_at")).exists()
    confirmed = Q(event_organizations__status=Status.CONFIRMED)
    made = events.annotate(number=Count("event_organizations", filter=confirmed))
    assert {n: made.filter(number=n).count() for n in (0, 1, 2)} == {
        0: 15, 1: 119, 2: 16,
    }  # fmt: skip
    asked = EventOrganization.objects.filter(status=Status.INVITED)
    assert asked.count() > 5
    # Whoever can be signed in as has one to answer.
    assert asked.owned_by(Member.objects.get(email=email_of(1))).exists()
    assert not InvitationMail.objects.exists()
    titles = Organization.objects.values_list("title", flat=True)
    assert len(set(titles)) == 30
    russian = Organization.objects.filter(title__contains="«")
    # Saint Petersburg and Moscow are two of the five cities.
    assert russian.count() == 12


def test_full_events_have_a_line_and_nobody_is_mailed():
    demo("--members=1500")

    full = Event.objects.filter(attendees=F("capacity"))
    waiting = Attendance.objects.filter(is_waiting=True)
    assert full.count() > 5
    assert waiting.exists()
    assert set(waiting.values_list("event", flat=True)) <= set(
        full.values_list("pk", flat=True)
    )
    assert not Attendance.objects.exclude(promoted_at=None).exists()
    for event in Event.objects.annotate(
        taken=Count("attendances", filter=Q(attendances__is_waiting=False))
    ):
        assert event.attendees == event.taken


def test_sign_ins_own_organizations_and_have_events_around_them():
    demo("--members=2500")

    for number in range(1, 6):
        member = Member.objects.get(email=email_of(number))
        assert member.memberships.filter(
            role=Role.OWNER, confirmed_at__isnull=False
        ).exists()
        near = Event.objects.filter(location__dwithin=(member.location, D(km=50)))
        assert near.count() > 30
    owners = Organization.objects.filter(memberships__role=Role.OWNER)
    assert owners.distinct().count() == Organization.objects.count() == 50


def test_pictures_are_stored_as_uploads_are(media):
    demo("--members=60")

    assert {e.uid for e in pictured()} == {uid_of(1), uid_of(2)}
    for event in pictured():
        with Image.open(event.image.path) as picture:
            picture.load()
            assert (picture.format, picture.size) == ("JPEG", (960, 600))
        with Image.open(event.thumbnail.path) as small:
            assert small.size == (320, 200)


def test_top_up_adds_only_what_is_missing():
    demo("--members=100")
    kept = Event.objects.get(uid=uid_of(1))
    services.delete_event(kept.creator, kept.pk)
    Event.objects.filter(uid=uid_of(2)).delete()
    Organization.objects.latest("id").delete()
    before = set(Event.objects.values_list("pk", flat=True))

    assert "Also added: organizations 1, events 1, " in demo("--members=100")
    assert "Also added" not in demo("--members=100")
    said = demo("--members=120", "--seed=2")
    assert "Also added: organizations 1, events 2," in said

    kept.refresh_from_db()
    assert kept.cancelled_at
    assert before < set(Event.objects.values_list("pk", flat=True))
    assert Event.objects.count() == 12
    assert Organization.objects.count() == 3


def test_events_of_others_stay_as_they_are():
    member = Member.objects.create_user("eve@example.org")
    mine = services.create_organization(member, users=(), title="Mine")
    event = services.create_event(member, title="Mine", organizations=[mine.pk])

    demo("--members=60")

    event.refresh_from_db()
    assert event.published_at is None
    assert [*event.organizations.all()] == [mine]
    assert mine.memberships.count() == 1


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("events_attendance", "is_waiting"),
        ("events_event", "sequence"),
        ("events_organization", "title"),
    ],
)
def test_failed_load_leaves_nothing(media, table, column):
    # The pictures come last, and the version that they make.
    when = "BEFORE UPDATE" if column == "sequence" else "BEFORE INSERT"
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RAISE 'disk full'; END $$"
        )
        guard = "WHEN (NEW.sequence > 0)" if column == "sequence" else ""
        cursor.execute(
            f"CREATE TRIGGER refuse {when} ON {table} FOR EACH ROW {guard}"
            " EXECUTE FUNCTION pg_temp.refuse()"
        )

    with pytest.raises(CommandError, match="disk full"):
        demo("--members=80")

    for model in (Member, Organization, Event, Attendance):
        assert not model.objects.exists()
    assert [path for path in media.rglob("*") if path.is_file()] == []


def test_if_empty_leaves_a_filled_database_alone():
    Member.objects.create_user("eve@example.org")

    demo("--members=80", "--if-empty")

    assert not Event.objects.exists()
