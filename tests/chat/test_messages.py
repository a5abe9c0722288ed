"""Messages: numbered, stored, shown."""

import pytest

from chat import reads, services
from chat.models import Message

pytestmark = pytest.mark.django_db


def test_numbers_begin_with_one_and_have_no_holes(ann):
    lobby = services.lobby_id()

    for text in "abc":
        services.send_message(ann, lobby, text, None)

    sent = Message.objects.order_by("number").values_list("number", "text")
    assert [*sent] == [(1, "a"), (2, "b"), (3, "c")]
    assert reads.counters([lobby]) == {lobby: 3}
