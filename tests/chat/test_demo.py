"""manage.py demo: the demo members talk."""

from io import StringIO

import pytest
from django.core.management import call_command

from chat import reads
from chat.models import Message, Room
from events.demo import happenings
from matchmaker.demo.people import email_of
from matchmaker.models import Member

pytestmark = pytest.mark.django_db


def demo(members: int) -> str:
    out = StringIO()
    call_command("demo", "--members", str(members), stdout=out)
    return out.getvalue()


def test_demo_members_talk_in_rooms_of_every_kind(monkeypatch):
    monkeypatch.setattr(happenings, "WITH_PICTURE", 0)

    assert "messages" in demo(120)

    said = Message.objects.count()
    kinds = Room.objects.filter(last_number__gt=0).values_list("kind", flat=True)
    assert {*kinds} == {"lobby", "direct", "event", "organization"}
    for room in Room.objects.all():
        numbers = room.messages.order_by("number").values_list("number", flat=True)
        assert [*numbers] == [*range(1, room.last_number + 1)]
    # They can read it: nobody talks in a room that is not open to them.
    places = [*Message.objects.values_list("sender", "room").distinct()]
    open_to = reads.rooms_by_member({sender for sender, _room in places})
    assert [(who, room) for who, room in places if room not in open_to[who]] == []
    texts = " ".join(Message.objects.values_list("text", flat=True))
    assert "Привет" in texts
    assert "Hello" in texts
    # Again adds nothing.
    assert "messages" not in demo(120)
    assert Message.objects.count() == said


def test_two_sign_ins_have_talked_and_one_has_something_to_read(monkeypatch):
    monkeypatch.setattr(happenings, "WITH_PICTURE", 0)

    demo(2)

    one, other = (Member.objects.get(email=email_of(number)) for number in (1, 2))
    (his,) = [room for room in reads.rooms_of(one.pk) if room.kind == "direct"]
    (hers,) = [room for room in reads.rooms_of(other.pk) if room.kind == "direct"]
    assert his.id == hers.id
    assert his.user == {"id": other.pk, "first_name": other.first_name}
    assert his.last_id > 3
    assert (his.unread, hers.unread) == (1, 0)
    texts = " ".join(Message.objects.values_list("text", flat=True))
    assert "Привет" in texts
    assert "Saturday" in texts
