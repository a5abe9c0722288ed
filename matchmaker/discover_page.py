"""The page where one discovers members, a card at a time."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from matchmaker import constants
from matchmaker.models import LookingFor, Report
from matchmaker.pages import page, render_page

RADII_KM = (5, 10, 25, 50, 100, 250, 1_000)


@page
def discover_page(request: HttpRequest) -> HttpResponse:
    return render_page(
        request,
        "matchmaker/discover.html",
        _("Discover"),
        texts=_texts(),
        urls=_urls(),
        radii_km=RADII_KM,
        looking_for=LookingFor.choices,
        reasons=Report.Reason.choices,
        report_text_max_length=constants.REPORT_TEXT_MAX_LENGTH,
    )


def _urls() -> dict[str, str]:
    return {
        "discover": reverse("matchmaker:discover"),
        "match": reverse("matchmaker:match", args=[0]),
        "pass": reverse("matchmaker:pass", args=[0]),
        "block": reverse("matchmaker:block", args=[0]),
        "report": reverse("matchmaker:report", args=[0]),
        "chat": reverse("chat-demo"),
    }


def _texts() -> dict[str, str]:
    """Return the texts of the page's scripts; they fill in the {braces}."""
    return {
        "distance": _("{km} km away"),
        "card": _("{name}, {km} km away"),
        "next": _("Next: {card}"),
        "liked": _("You like {name}."),
        "passed": _("You passed on {name}."),
        "undone": _("{name} is back."),
        "blocked": _("{name} is blocked. You no longer see each other."),
        "reported": _("Thank you. Our staff will look at it."),
        "matched": _("{name} likes you too"),
        # Nobody is left
        "seen": _("You have seen everybody within {km} km."),
        "seen_all": _("You have seen everybody."),
        "widen": _("Look within {km} km"),
        "widen_all": _("Look everywhere"),
        # The place
        "locating": _("Finding out where you are…"),
        "no_position": _("Your browser does not tell where you are."),
    }
