"""Searches find what people mean: whatever the case, with or without accents."""

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from chat import services as chat_services
from events.models import Attendance, Event, Organization
from matchmaker.models import Report
from tests.chat.rooms import organization_of
from tests.factories import MemberFactory

# What is there, what finds it, and what does not.
FOUND = [
    (
        "Алёна",
        ["Алена", "алёна", "АЛЁНА", "лен", "Але\u0308на", "Але\u0301на"],
        ["Алина"],
    ),
    ("Семен", ["Семён", "семе\u0308н", "СЕМЁН"], ["Симен"]),
    ("Андрей", ["андрей", "АНДРЕ\u0418\u0306"], ["Андреи"]),
    ("Їжак", ["їжак"], ["Іжак"]),
    ("Zoë", ["zoe", "ZOE", "Zoe\u0308", "oë"], ["zou"]),
    ("Jose\u0301 Łukasz", ["josé", "jose luk", "łuk"], ["josi"]),
    ("Straße", ["strasse", "STRASSE", "straße"], ["strabe"]),
    ("100%_\\", ["100%", "%_", "_\\", "\\"], ["100_", "%%", "\\\\"]),
    ("so\xadft\u200b\u2019s", ["soft", "s\u200bof", "ft's"], []),
]

pytestmark = pytest.mark.django_db


def fold(text: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT fold_text(%s)", [text])
        return cursor.fetchone()[0]


@pytest.mark.parametrize(("text", "finding", "others"), FOUND, ids=lambda x: str(x)[:9])
def test_members_events_and_organizations_are_found(as_ann, text, finding, others):
    eva = MemberFactory(first_name=text)
    bob = MemberFactory(last_name=text)
    event = Event.objects.create(title=f"« {text} »", published_at=timezone.now())
    host = Organization.objects.create(title=f"« {text} »")
    for row in (eva, bob):
        row.refresh_from_db()

    def found(path: str, **query: str) -> list[int]:
        answer = as_ann.get(path, query)
        assert answer.status_code == 200, answer.content
        return [row["id"] for row in answer.json()["results"]]

    for term in finding:
        assert found("/api/clients/", first_name=term) == [eva.pk], term
        assert found("/api/clients/", last_name=term) == [bob.pk], term
        assert found("/api/events/", search=term) == [event.pk], term
        assert found("/api/organizations/", search=term) == [host.pk], term
    for term in others:
        assert found("/api/clients/", first_name=term) == [], term
        assert found("/api/events/", search=term) == [], term
        assert found("/api/organizations/", search=term) == [], term


def test_blank_terms_are_not_given_and_broken_ones_are_told(as_ann, ann):
    MemberFactory(first_name="Eva")

    for blank in ("", " ", "\u200b"):
        page = as_ann.get("/api/clients/", {"first_name": blank})
        assert page.json()["count"] == 1
    for path, name in (
        ("/api/clients/", "last_name"),
        ("/api/events/", "search"),
        ("/api/organizations/", "search"),
    ):
        for broken in ("a\0", "a\u202e"):
            answer = as_ann.get(path, {name: broken})
            assert (answer.status_code, [*answer.json()]) == (400, [name])


def test_the_admin_finds_the_same(admin_client, ann):
    eva = MemberFactory(first_name="Алёна", last_name="Zoë")
    event = Event.objects.create(title="Приём")
    attendance = Attendance.objects.create(event=event, member=eva)
    organization, room = organization_of(ann)
    Organization.objects.filter(pk=organization.pk).update(title="Café")
    message, _is_new = chat_services.send_message(ann, room.pk, "Ещё кофе", None)
    report = Report.objects.create(
        from_member=ann, to_member=eva, reason="spam", text="Врёт"
    )

    def found(model: str, term: str) -> list[object]:
        url = reverse(f"admin:{model}_changelist")
        return [*admin_client.get(url, {"q": term}).context["cl"].result_list]

    assert found("matchmaker_member", "алена zoe") == [eva]
    assert found("events_event", "прием") == [event]
    assert found("events_organization", "cafe") == [organization]
    assert found("events_attendance", "прием") == [attendance]
    assert found("chat_room", "CAFE") == [room]
    assert found("chat_message", "еще кофе") == [message]
    assert found("matchmaker_report", "врет") == [report]


def test_folding_is_one_for_all_ways_to_write_a_text(db):
    assert fold("Ёлка, ёж и йод: Ы, Ў, Ґ") == "ЕЛКА, ЕЖ И ЙОД: Ы, Ў, Ґ"
    assert fold("ÀÉÎÕÜ àéîõü Ñç") == "AEIOU AEIOU NC"
    for composed in ("Алёна", "Йосиф", "Zoë", "한국", "Ўладзь"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT normalize(%s, NFD)", [composed])
            (decomposed,) = cursor.fetchone()
        assert decomposed != composed
        assert fold(decomposed) == fold(composed)
