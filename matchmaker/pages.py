"""What the pages for people have in common: their texts, addresses and policy."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from project.lib.page_policy import page_policy

View = Callable[[HttpRequest], HttpResponse]


def page(view: View) -> View:
    """Make a view a page for everybody, which browsers ask for each time."""
    # Exempt, so that other methods are a 405, as everywhere.
    made: View = csrf_exempt(require_safe(cache_control(no_cache=True)(view)))
    return made


def render_page(
    request: HttpRequest,
    template: str,
    title: str,
    *,
    texts: dict[str, str],
    urls: dict[str, str],
    connect: tuple[str, ...] = (),
    **context: Any,
) -> HttpResponse:
    """Return a page with a header and a sign-in form (pages/page.html).

    `texts`: what its scripts say, with {braces} that they fill. `urls`: the API's
    addresses for them; 0 stands for an id. `connect`: see page_policy.
    """
    context |= {
        "title": title,
        "pages": _pages(),
        "here": request.path.rstrip("/"),
        "texts": _texts() | texts,
        "urls": _urls() | urls,
    }
    response = render(request, template, context)
    response.headers["Content-Security-Policy"] = page_policy(*connect)
    return response


def _pages() -> list[tuple[str, str]]:
    """Return the address and the name of each page that the header links."""
    return [
        (reverse("discover-page"), _("Discover")),
        (reverse("chat-demo"), _("Chat")),
    ]


def _urls() -> dict[str, str]:
    return {
        "signIn": reverse("matchmaker:sign-in"),
        "signOut": reverse("matchmaker:token-logout"),
        "refresh": reverse("matchmaker:refresh"),
        "me": reverse("matchmaker:me"),
    }


def _texts() -> dict[str, str]:
    return {
        "ended": _("You have been signed out. Sign in again."),
        "unreachable": _("The service cannot be reached. Try again soon."),
        "member": _("Member {id}"),
    }
