"""What a member's data export says of the chat (see matchmaker/export.py).

It has what the member wrote, and how far they have read, but not what others wrote.
"""

from chat.models import Message, Participant
from matchmaker.authentication import MemberRequest


def section(request: MemberRequest) -> object:
    me = request.user
    sent = Message.objects.filter(sender=me).order_by("pk")
    read = Participant.objects.filter(member=me).order_by("room")
    return {
        "messages": [
            {
                "room": room,
                "kind": kind,
                "id": number,
                "message": text,
                "sent_at": sent_at,
                "client_id": client_id,
            }
            for room, kind, number, text, sent_at, client_id in sent.values_list(
                "room", "room__kind", "number", "text", "sent_at", "client_id"
            )
        ],
        "read": [
            {"room": room, "id": number}
            for room, number in read.values_list("room", "read_number")
        ],
    }
