"""Events are cancelled in the admin, by whom may."""

from django.contrib.admin.models import DELETION, LogEntry
from PIL import Image

from events import services
from events.models import Event
from tests.events.admin.pages import (
    EVENTS,
    add,
    change,
    delete,
    event_form,
)
from tests.events.factories import (
    EventFactory,
    cancelled,
)
from tests.factories import MemberFactory
from tests.matchmaker.admin.pages import listed, run


def test_deleting_cancels_what_is_published(admin_client, media):
    event = EventFactory(capacity=5)
    services.change_event(event.creator, event.pk, image=Image.new("RGB", (9, 9)))
    services.attend_event(MemberFactory(), event.pk, wait=False)
    page = admin_client.get(delete(event)).text
    assert "is cancelled for good" in page

    response = admin_client.post(delete(event), {"post": "yes"}, follow=True)

    assert [str(m) for m in response.context["messages"]] == ["1 event cancelled."]
    event.refresh_from_db()
    assert event.cancelled_at
    assert event.image.name == ""
    assert event.attendees == 1
    assert LogEntry.objects.get().action_flag == DELETION


def test_cancelled_event_is_only_looked_at(admin_client):
    event = cancelled(title="Fest", lon=30, lat=60)

    assert "Fest" in admin_client.get(change(event)).text
    assert admin_client.post(change(event), event_form(event)).status_code == 403
    assert admin_client.post(delete(event), {"post": "yes"}).status_code == 403


def test_action_cancels_and_deletes(admin_client):
    published, gone = EventFactory(title="<Fest>"), cancelled()
    scheduled = EventFactory(scheduled=True)
    rows = {"_selected_action": [e.pk for e in (published, scheduled, gone)]}
    page = admin_client.post(EVENTS, {"action": "delete_selected", **rows}).text
    assert "Cancel these events?" in page
    assert "<li>&lt;Fest&gt;</li>" in page

    data = {"action": "delete_selected", "post": "yes", **rows}
    response = admin_client.post(EVENTS, data, follow=True)

    assert [str(m) for m in response.context["messages"]] == ["2 events cancelled."]
    published.refresh_from_db()
    assert published.cancelled_at
    assert set(Event.objects.all()) == {published, gone}
    assert run(admin_client, EVENTS, "delete_selected", gone) == []


def test_event_cancelled_meanwhile_is_a_message(admin_client, monkeypatch):
    event = EventFactory()
    monkeypatch.setattr("events.admin.events._is_on", lambda event: True)
    services.delete_event(event.creator, event.pk)

    response = admin_client.post(delete(event), {"post": "yes"}, follow=True)

    assert [str(m) for m in response.context["messages"]] == ["Not found."]


def test_rights_are_djangos(staff_with):
    event = EventFactory(title="Fest")
    client = staff_with("view_event")

    assert listed(client.get(EVENTS)) == [event]
    assert "Fest" in client.get(change(event)).text
    for url in (change(event), delete(event), add(Event)):
        assert client.post(url, event_form(event)).status_code == 403
    run(client, EVENTS, "delete_selected", event)
    event.refresh_from_db()
    assert event.cancelled_at is None
