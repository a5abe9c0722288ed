"""An event in the admin: its form."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone
from PIL import Image

from events import services
from events.models import Event, InvitationMail, Role, Status
from tests.events.admin.pages import (
    EVENTS,
    INVITATION_MAILS,
    ORGANIZATIONS,
    add,
    change,
    event_form,
    named,
)
from tests.events.factories import (
    EventFactory,
    MembershipFactory,
    OrganizationFactory,
    cancelled,
    host,
    invite,
)
from tests.factories import MemberFactory
from tests.matchmaker.admin.pages import errors_of, listed, picture


def test_form_shows_the_event(admin_client):
    event = EventFactory(
        image="events/e.jpg", lon=30.31, lat=59.94, capacity=1, title="Fest"
    )
    for _ in range(3):
        services.attend_event(MemberFactory(), event.pk, wait=True)

    html = admin_client.get(change(event)).text

    assert '<img src="/media/events/e.jpg"' in html
    assert "place_field.js" in html
    assert "basemap.js" in html
    assert '"with-forms" type="application/json">true' in html
    assert "1 attending, 2 on the waiting list" in html
    assert f"?event__id__exact={event.pk}" in html
    assert str(event.uid) in html
    for name in ("uid", "sequence", "attendees", "published_at", "creator"):
        assert f'name="{name}"' not in html


def test_added_event_is_stored_as_the_api_stores_it(admin_client, admin_user, media):
    foreign = OrganizationFactory()
    before = timezone.now()

    response = admin_client.post(
        add(Event),
        {
            "title": "Fest",
            "hosts": [foreign.pk],
            "date_0": "2026-12-23",
            "date_1": "18:45",
            "location": '{"type": "Point", "coordinates": [190.5, 59.94]}',
            "capacity": "5",
            "picture": picture(),
        },
    )

    assert response.headers["Location"] == EVENTS
    event = Event.objects.get()
    assert event.creator == admin_user
    assert [*event.organizations.all()] == [foreign]
    assert event.date == datetime(2026, 12, 23, 18, 45, tzinfo=UTC)
    assert event.location.coords == pytest.approx((-169.5, 59.94))
    assert event.published_at is None
    assert 59 < (event.publish_at - before).total_seconds() < 62
    assert (event.capacity, event.sequence) == (5, 0)
    assert len([*media.rglob("*.jpg")]) == 2
    assert str(LogEntry.objects.get().object_id) == str(event.pk)


def test_saving_unchanged_changes_nothing(admin_client):
    event = EventFactory(date="2026-12-23T18:45:07Z", lon=30.3, lat=59.9, capacity=3)
    host(event, OrganizationFactory())
    before = Event.objects.filter(pk=event.pk).values().get()

    response = admin_client.post(change(event), event_form(event))

    assert response.status_code == 302
    assert Event.objects.filter(pk=event.pk).values().get() == before


def test_change_makes_a_new_version_for_calendars(admin_client):
    event, club = EventFactory(), OrganizationFactory()
    place = json.dumps({"type": "Point", "coordinates": [37.6, 55.7]})

    admin_client.post(
        change(event),
        event_form(event, title="New", hosts=[club.pk], location=place),
    )

    event.refresh_from_db()
    assert (event.title, event.sequence) == ("New", 1)
    assert event.location.coords == pytest.approx((37.6, 55.7))
    assert [*event.organizations.all()] == [club]


def test_day_without_a_time(admin_client):
    event = EventFactory(date="2026-12-23T18:45Z")

    admin_client.post(change(event), event_form(event, is_all_day="on"))
    event.refresh_from_db()
    assert (event.date, event.is_all_day) == (
        datetime(2026, 12, 23, tzinfo=UTC),
        True,
    )

    admin_client.post(change(event), event_form(event, date_0="", date_1=""))
    event.refresh_from_db()
    assert (event.date, event.is_all_day) == (None, False)


def test_more_capacity_gives_places_to_those_who_wait(admin_client):
    event = EventFactory(capacity=1)
    for _ in range(3):
        services.attend_event(MemberFactory(), event.pk, wait=True)

    admin_client.post(change(event), event_form(event, capacity="2"))

    event.refresh_from_db()
    assert (event.capacity, event.attendees) == (2, 2)


def test_capacity_below_those_who_attend_is_a_form_error(admin_client, monkeypatch):
    event = EventFactory(capacity=2)
    for _ in range(2):
        services.attend_event(MemberFactory(), event.pk, wait=False)
    event.refresh_from_db()
    told = "More members than that are already attending."

    response = admin_client.post(change(event), event_form(event, capacity="1"))
    assert errors_of(response) == {"capacity": [told]}

    # And where the last of them comes after the check, a message.
    monkeypatch.setattr(
        "events.admin.forms.EventForm.clean_capacity",
        lambda form: form.cleaned_data["capacity"],
    )
    response = admin_client.post(
        change(event), event_form(event, capacity="1"), follow=True
    )
    assert [str(m) for m in response.context["messages"]] == [told]
    event.refresh_from_db()
    assert event.capacity == 2


def test_organizations_are_added_invited_and_accepted(admin_client):
    event = EventFactory()
    club, band, choir = (
        OrganizationFactory(title=t) for t in ("Club", "Band", "Choir")
    )
    host(event, choir)
    invite(event, band)
    owner = MembershipFactory(organization=club, role=Role.OWNER).member
    page = admin_client.get(change(event)).text
    assert f'<option value="{choir.pk}" selected>Choir</option>' in page
    assert f'<option value="{band.pk}" selected>Band</option>' in page

    asked = event_form(event, invited=[band.pk, club.pk])
    assert admin_client.post(change(event), asked).status_code == 302

    assert named(event, Status.INVITED) == [band.pk, club.pk]
    assert InvitationMail.objects.get().member == owner

    accepted = event_form(event, hosts=[band.pk, choir.pk], invited=[])
    admin_client.post(change(event), accepted)

    assert named(event, Status.CONFIRMED) == [choir.pk, band.pk]
    assert named(event, Status.INVITED) == []
    assert listed(admin_client.get(EVENTS, {"organization": band.pk})) == [event]


def test_invited_organizations_are_apart_from_those_that_make_it(admin_client):
    club, band = OrganizationFactory(title="Club"), OrganizationFactory(title="Band")
    event = cancelled()
    host(event, club)
    invite(event, band)

    page = admin_client.get(change(event)).text  # which cannot be changed any more

    assert f'<a href="{change(club)}">Club</a>' in page
    assert f'<a href="{change(band)}">Band</a>' in page
    assert f'<a href="{change(band)}">' not in admin_client.get(EVENTS).text
    assert listed(admin_client.get(EVENTS, {"organization": band.pk})) == []
    titles = admin_client.get(ORGANIZATIONS).text
    assert f'?organization={club.pk}">1</a>' in titles
    assert f'?organization={band.pk}">0</a>' in titles


def test_mails_to_invited_organizations_are_listed(admin_client):
    club, event = OrganizationFactory(title="Club"), EventFactory(title="Fest")
    owner = MembershipFactory(organization=club, role=Role.OWNER).member
    services.add_organization(event.creator, event.pk, club.pk)
    mail = InvitationMail.objects.get()

    page = admin_client.get(INVITATION_MAILS, {"state": "due", "q": owner.email})

    assert listed(page) == [mail]
    assert f'<a href="{change(club)}">Club</a>' in page.text
    assert "Fest" in admin_client.get(change(mail)).text
    assert listed(admin_client.get(INVITATION_MAILS, {"state": "sent"})) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "x" * 201),
        ("description", "x" * 10_001),
        ("capacity", "0"),
        ("capacity", "1000001"),
        ("hosts", ["99999999"]),
        ("invited", ["x", "9" * 30]),
        ("location", '{"type": "Point", "coordinates": [1, 91]}'),
        ("date", None),
    ],
)
def test_nonsense_is_a_form_error(admin_client, field, value):
    event = EventFactory()
    sent = (
        {"date_0": "2026-02-30", "date_1": "1"} if field == "date" else {field: value}
    )

    for response in (
        admin_client.post(change(event), event_form(event, **sent)),
        admin_client.post(add(Event), event_form(event, **sent)),
    ):
        assert list(errors_of(response)) == [field]
    assert Event.objects.count() == 1


def test_picture_is_cleaned_replaced_and_removed(
    admin_client, media, django_capture_on_commit_callbacks
):
    event = EventFactory()
    exif = Image.Exif()
    exif[0x9286] = "secret"
    big = picture((3000, 1500), exif=exif)

    for upload in (picture(), big):
        with django_capture_on_commit_callbacks(execute=True):
            admin_client.post(change(event), event_form(event, picture=upload))

    event.refresh_from_db()
    with Image.open(event.image.path) as stored:
        assert stored.size == (2048, 1024)
        assert not stored.getexif()
    with Image.open(event.thumbnail.path) as stored:
        assert stored.size == (320, 160)
    assert b"secret" not in Path(event.image.path).read_bytes()
    assert len([*media.rglob("*.jpg")]) == 2

    with django_capture_on_commit_callbacks(execute=True):
        admin_client.post(change(event), event_form(event, **{"picture-clear": "on"}))
    event.refresh_from_db()
    assert (event.image.name, event.thumbnail.name) == ("", "")
    assert [*media.rglob("*.jpg")] == []


def test_bad_picture_is_a_form_error(admin_client, media):
    event = EventFactory()
    bad = picture()
    bad.file.truncate(100)

    response = admin_client.post(change(event), event_form(event, picture=bad))

    assert list(errors_of(response)) == ["picture"]
    assert [*media.rglob("*.jpg")] == []
