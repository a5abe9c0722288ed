"""Counts of what a request asks for, read before validation, for the throttles."""

from typing import Any

from rest_framework.request import Request

from events import constants, serializers
from events.models import EventOrganization, Membership, Organization
from project.lib.api.bodies import as_json
from project.lib.emails import email_identity


def asks(request: Request) -> int:
    """Count how many organizations the request would invite to host an event.

    Not counted are those with a row at the event already, and those where the caller
    is a confirmed member.
    """
    path = request.parser_context["kwargs"]
    ids = [int(path["organization"])] if "organization" in path else _named(request)
    if not ids:
        return 0
    named: Any = EventOrganization.objects.filter(event=path.get("pk"))
    mine: Any = Membership.objects.filter(
        member=request.user.pk, confirmed_at__isnull=False
    )
    return (
        Organization.objects.filter(pk__in=ids)
        .exclude(pk__in=named.values("organization"))
        .exclude(pk__in=mine.values("organization"))
        .count()
    )


def names(request: Request) -> int:
    """Count how many members the request would name beside the caller, known or not."""
    if "pk" in request.parser_context["kwargs"]:
        data, _errors = as_json(serializers.NewMembership, request)
        given = [data.get("user")] if isinstance(data, dict) else None
    else:
        data, _errors = as_json(serializers.NewOrganization, request)
        given = data.get("users") if isinstance(data, dict) else None
    if not isinstance(given, list) or len(given) > constants.USERS_MAX:
        return 0
    read = [serializers.NamedMember(data=one) for one in given]
    named = [one.validated_data for one in read if one.is_valid()]
    me: Any = request.user
    others = [n for n in named if not serializers.is_oneself(n, me)]
    return len({one.get("id") or email_identity(one["email"]) for one in others})


def _named(request: Request) -> list[int]:
    """Return the ids under `organizations`; none if there are too many."""
    data, _errors = as_json(serializers.EventChanges, request)
    given = data.get("organizations") if isinstance(data, dict) else None
    if not isinstance(given, list) or len(given) > constants.ORGANIZATIONS_MAX:
        return []
    named = [serializers.NamedOrganization(data=item) for item in given]
    return [one.validated_data["id"] for one in named if one.is_valid()]
