"""The demo page: a chat in two tabs. Its scripts are a client to copy."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from chat.constants import TEXT_MAX_LENGTH
from matchmaker.pages import page, render_page


@page
def demo_page(request: HttpRequest) -> HttpResponse:
    # Some browsers do not apply 'self' to a WebSocket's address.
    scheme = "wss" if request.is_secure() else "ws"
    return render_page(
        request,
        "chat/demo.html",
        _("Matchmaker chat"),
        texts=_texts(),
        urls=_urls(),
        connect=(f"{scheme}://{request.get_host()}",),
        has_status=True,
        text_max_length=TEXT_MAX_LENGTH,
    )


def _urls() -> dict[str, str]:
    """Return the chat's addresses; 0 stands for a room's id."""
    return {
        "rooms": reverse("chat:rooms"),
        "messages": reverse("chat:messages", args=[0]),
        "socket": "/ws/chat/",
    }


def _texts() -> dict[str, str]:
    """Return the scripts' texts; the scripts fill in the {braces}."""
    return {
        "page": _("Matchmaker chat"),
        # The connection's states
        "connecting": _("Connecting…"),
        "open": _("Connected"),
        "waiting": _("No connection. Trying again…"),
        "closed": _("Signed out"),
        # What went wrong
        "gone": _("“{title}” is no longer open to you."),
        # Rooms and people
        "lobby": _("Everybody"),
        "direct": _("Direct messages"),
        "event": _("Attendees of the event"),
        "organization": _("Members of the organization"),
        "untitled": _("No name"),
        "talk": _("Talk to {name}"),
        "you": _("You"),
        "online": _("online"),
        "offline": _("offline"),
        "unread": _("unread: {count}"),
        # Messages
        "hidden": _("This message is hidden."),
        "new": _("New messages"),
        "sending": _("sending…"),
        "sent": _("sent"),
        "failed": _("Not sent: {reason}"),
        "discard": _("Discard"),
        "readBy": _("read by {names}"),
        "typing": _("typing: {names}"),
    }
