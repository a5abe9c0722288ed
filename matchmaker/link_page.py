"""The page that mailed links open, and where people request a new password."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from matchmaker.credentials import PASSWORD_MAX_LENGTH
from matchmaker.pages import page
from project.lib.page_policy import page_policy


@page
def link_page(request: HttpRequest) -> HttpResponse:
    response = render(
        request,
        "matchmaker/links.html",
        {
            "title": "Matchmaker",
            "texts": _texts(),
            "urls": _urls(),
            "password_max_length": PASSWORD_MAX_LENGTH,
        },
    )
    response.headers["Content-Security-Policy"] = page_policy()
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _urls() -> dict[str, str]:
    """Return the URL that each form is sent to, by the form's name."""
    return {
        "ask": reverse("matchmaker:reset-password"),
        "reset": reverse("matchmaker:reset-password-confirm"),
        "verify": reverse("matchmaker:verify-email-confirm"),
        "change": reverse("matchmaker:verify-email-confirm"),
    }


def _texts() -> dict[str, str]:
    """Return the texts of the page's script."""
    return {
        "unreachable": _("The service cannot be reached. Try again soon."),
        "incomplete": _("This link is incomplete. Copy all of it from the mail."),
        "mailed": _(
            "Too many links have been requested. If an account has this "
            "e-mail, the latest link in your mailbox still works."
        ),
    }
