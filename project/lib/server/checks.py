"""System checks that the installed Daphne is bounded by this package."""

from typing import Any

from channels.routing import get_default_application
from django.core.checks import Error, register

from project.lib.server.bounded_server import is_installed, upstream_problems

HINT = "Install the pinned versions, or follow the change in project/lib/server."


@register()
def upstream_is_as_relied_on(**kwargs: Any) -> list[Error]:
    """Check that upstream still calls the methods that ours replace."""
    return [
        Error(f"{problem}.", hint=HINT, id="project.E001")
        for problem in upstream_problems()
    ]


@register(deploy=True)  # it imports everything that is served, which no worker needs
def bounds_are_in_use(**kwargs: Any) -> list[Error]:
    """Check that importing the application makes `daphne` start the bounded server."""
    if upstream_problems():
        return []  # importing the application fails
    get_default_application()
    if is_installed():
        return []
    return [Error("Daphne would start without bounds.", hint=HINT, id="project.E002")]
