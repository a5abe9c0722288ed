"""Attending over HTTP: what its tests have in common."""

from events.models import Event

FULL = {"detail": "All spots are taken.", "code": "event_full"}
NOT_FOUND = {"detail": "Not found.", "code": "not_found"}
ME = "/api/clients/me/"


def url(event: Event) -> str:
    return f"/api/events/{event.pk}/attend/"


def change(event: Event, **fields) -> None:
    Event.objects.filter(pk=event.pk).update(**fields)


def places(event: Event) -> list[tuple[int, bool]]:
    """Who has a row, and whether they wait, in the order of the line."""
    event.refresh_from_db()
    rows = event.attendances.order_by("pk").values_list("member", "is_waiting")
    assert event.attendees == sum(not is_waiting for _pk, is_waiting in rows)
    return list(rows)
