"""The demo page: a chat in two tabs. Its scripts are a client to copy."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from chat.constants import TEXT_MAX_LENGTH
from project.lib.page_policy import page_policy


@csrf_exempt  # so that other methods get 405, as everywhere
@require_safe
@cache_control(no_cache=True)
def demo_page(request: HttpRequest) -> HttpResponse:
    response = render(
        request,
        "chat/demo.html",
        {
            "texts": _texts(),
            "urls": _urls(),
            "text_max_length": TEXT_MAX_LENGTH,
        },
    )
    # Some browsers do not apply 'self' to a WebSocket's address.
    scheme = "wss" if request.is_secure() else "ws"
    policy = page_policy(f"{scheme}://{request.get_host()}")
    response.headers["Content-Security-Policy"] = policy
    return response


def _urls() -> dict[str, str]:
    """Return the API's addresses for the scripts; 0 stands for a room's id."""
    return {
        "signIn": reverse("matchmaker:sign-in"),
        "signOut": reverse("matchmaker:token-logout"),
        "refresh": reverse("matchmaker:refresh"),
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
        "ended": _("You have been signed out. Sign in again."),
        "unreachable": _("The service cannot be reached. Try again soon."),
        "gone": _("“{title}” is no longer open to you."),
        # Rooms and people
        "lobby": _("Everybody"),
        "direct": _("Direct messages"),
        "event": _("Attendees of the event"),
        "organization": _("Members of the organization"),
        "untitled": _("No name"),
        "member": _("Member {id}"),
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
