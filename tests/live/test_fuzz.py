"""The schema against the service that serves it: whatever it allows or forbids.

FUZZ_EXAMPLES=500 asks more than the 25 requests an operation of the usual run; with
FUZZ_SEED they are others.
"""

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import schemathesis
from django.contrib.gis.geos import Point
from django.test import override_settings
from django.utils import timezone, translation
from drf_yasg.codecs import OpenAPICodecJson
from hypothesis import HealthCheck, settings
from schemathesis import Case, Response
from schemathesis.core import NOT_SET
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
)

from chat import services as chat_services
from events import services as event_services
from events.models import CalendarFeed
from matchmaker import links, services
from matchmaker.models import Member
from project.lib.reads.geojson import MEDIA_TYPE as GEOJSON
from project.schema import INFO, Generator
from referrals import one_time
from tests.events.factories import (
    EventFactory,
    MembershipFactory,
    OrganizationFactory,
)
from tests.factories import MemberFactory
from tests.harness.requests import PASSWORD, new_email, picture, profile
from tests.referrals.factories import (
    EmailLookupFactory,
    InviteCodeFactory,
    ReferralFactory,
)

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "25"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))
PHONE = "+79991234567"
# Not that one, which is all that its account has.
OWN_PHONE = "+79991234568"


def written_schema() -> dict[str, Any]:
    """What the server serves, before there is one: operations name the tests."""
    with translation.override("en"):  # whatever a test before has left
        schema = Generator(INFO).get_schema(public=True)
        return json.loads(OpenAPICodecJson([]).encode(schema))


def geojson_schema() -> dict[str, Any]:
    """The same with what is answered in GeoJSON, where there is such an answer."""
    written = written_schema()
    for item in written["paths"].values():
        for method in item.keys() - {"parameters"}:
            for answer in item[method]["responses"].values():
                answer |= answer.get("x-content", {}).get(GEOJSON, {})
    return written


schema = schemathesis.openapi.from_dict(
    written_schema(),
    config=schemathesis.Config.from_dict(
        {
            "seed": SEED,
            "generation": {"mode": "all", "max-examples": EXAMPLES, "database": "none"},
            "cache": {"enabled": False},
            # Rules across fields, weak passwords and the like are not in a schema.
            "checks": {"positive_data_acceptance": {"enabled": False}},
        }
    ),
)
as_geojson = schemathesis.openapi.from_dict(geojson_schema())


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as keeping:
        yield keeping


def is_geojson(answer: Response) -> bool:
    return GEOJSON in answer.headers.get("content-type", [])


def untrue_of(case: Case, answer: Response) -> list[Any]:
    """The checks that take what Swagger 2.0 cannot say for a fault."""
    checks = []
    if is_geojson(answer):  # of another schema than JSON
        as_geojson[case.path][case.method].validate_response(answer)
        checks.append(response_schema_conformance)
    if answer.status_code == 204:  # empty, whatever the operation produces
        checks.append(content_type_conformance)
    # An empty parameter is not given; an object without properties is sent as one.
    sent = parse_qsl(urlsplit(answer.request.url).query, keep_blank_values=True)
    if "" in dict(sent).values():
        checks.append(negative_data_rejection)
    # In a form all values are text, and empty ones are not given.
    if any(body.media_type == "multipart/form-data" for body in case.operation.body):
        checks.append(negative_data_rejection)
    # A number is read as its text: postcodes, phones and codes look like numbers.
    body = case.body if isinstance(case.body, dict) else {}
    if any(type(body[name]) in (int, float) for name in body.keys() & TEXTS):
        checks.append(negative_data_rejection)
    return checks


TEXTS = {
    name
    for definition in written_schema()["definitions"].values()
    for name, shape in definition["properties"].items()
    if shape.get("type") == "string"
}


@pytest.fixture
def nameless(new_key: Callable[..., str]) -> str:
    """Somebody whose profile is as empty as can be, for others to see."""
    return new_key()


# `new_key` makes a new member each time, so the requests may share it: each comes
# from a member of its own, and what it deletes or signs out is no other one's.
@schema.parametrize()
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_operation(case: Case, server, session, nameless, new_key):
    key = new_key(first_name="Ann", location=Point(30.31, 59.94, srid=4326))
    headers = {"Authorization": f"Token {key}"}

    answer = case.call(server.url, session, headers)

    case.validate_response(
        answer,
        headers=headers,
        excluded_checks=untrue_of(case, answer),
        transport_kwargs={"session": session, "headers": headers},
    )


# What succeeds, which hardly any generated request does: JSON or form by operation.
def link(kind: links.Link, email: str) -> dict[str, str]:
    """What a mailed link brings."""
    member = Member.objects.get(email=email)
    return {"uid": links.encode_uid(member.pk), "token": kind.make_token(member)}


SUCCESSES: dict[str, Callable[[str], dict[str, Any]]] = {
    "POST /api/auth/signup/": lambda me: {"phone": PHONE},
    "POST /api/auth/login/": lambda me: {
        "phone": PHONE,
        "code": one_time.issue(PHONE),
    },
    "POST /api/auth/request_code/": lambda me: {"phone_number": PHONE},
    "POST /api/auth/auth_code/": lambda me: {
        "phone_number": PHONE,
        "confirmation_code": one_time.issue(PHONE),
    },
    "POST /api/auth/token/login/": lambda me: {"email": me, "password": PASSWORD},
    "POST /api/auth/token/logout/": lambda me: {},
    "GET /api/chat/rooms/": lambda me: {},
    "POST /api/chat/rooms/": lambda me: {"member": acquaintance(me).pk},
    "GET /api/chat/rooms/{id}/": lambda me: {},
    "GET /api/chat/rooms/{id}/messages/": lambda me: {},
    "POST /api/chat/rooms/{id}/messages/": lambda me: {"message": "Hi"},
    "POST /api/chat/rooms/{id}/read/": lambda me: {"id": 0},
    "GET /api/clients/": lambda me: {},
    "POST /api/clients/": lambda me: {**profile(), "avatar": picture()},
    "POST /api/clients/create/": lambda me: {
        **profile(),
        "avatar": picture(),
        "location": '{"type": "Point", "coordinates": [30.31, 59.94]}',
    },
    "GET /api/clients/me/": lambda me: have_email_answers(me),
    "PATCH /api/clients/me/": lambda me: {"language": "ru", "avatar": picture()},
    "DELETE /api/clients/me/": lambda me: {},
    "GET /api/clients/me/export/": lambda me: {},
    "POST /api/clients/me/phone/": lambda me: {"phone_number": OWN_PHONE},
    "POST /api/clients/me/phone/confirm/": lambda me: {
        "phone_number": OWN_PHONE,
        "confirmation_code": one_time.issue(OWN_PHONE),
    },
    "POST /api/clients/me/verify_email/": lambda me: {},
    "POST /api/clients/reset_password/": lambda me: {"email": me},
    "POST /api/clients/reset_password_confirm/": lambda me: {
        **link(links.RESET, me),
        "new_password": PASSWORD + "!",
    },
    "POST /api/clients/verify_email_confirm/": lambda me: link(links.VERIFY, me),
    "POST /api/clients/set_password/": lambda me: {
        "current_password": PASSWORD,
        "new_password": PASSWORD + "!",
    },
    "GET /api/clients/{id}/": lambda me: {},
    "DELETE /api/clients/{id}/": lambda me: {},
    "POST /api/clients/{id}/block/": lambda me: {},
    "DELETE /api/clients/{id}/block/": lambda me: {},
    "GET /api/clients/{id}/match/": lambda me: {},
    "POST /api/clients/{id}/match/": lambda me: {},
    "DELETE /api/clients/{id}/match/": lambda me: {},
    "POST /api/clients/{id}/pass/": lambda me: {},
    "DELETE /api/clients/{id}/pass/": lambda me: {},
    "POST /api/clients/{id}/report/": lambda me: {"reason": "spam", "text": "Ads"},
    "GET /api/discover/": lambda me: {},
    "GET /api/events/": lambda me: {},
    "GET /api/events/calendar.ics/": lambda me: {},
    "GET /api/events/calendar/": lambda me: have_feed(me),
    "POST /api/events/calendar/": lambda me: {},
    "DELETE /api/events/calendar/": lambda me: {},
    "POST /api/events/create/": lambda me: {"title": "Fest", "image": picture()},
    "GET /api/events/{id}/": lambda me: {},
    "PATCH /api/events/{id}/": lambda me: {"title": "New"},
    "DELETE /api/events/{id}/": lambda me: {},
    "POST /api/events/{id}/attend/": lambda me: {"wait": True},
    "DELETE /api/events/{id}/attend/": lambda me: {},
    "GET /api/events/{id}/calendar.ics/": lambda me: {},
    "POST /api/events/{id}/organizations/{organization}/": lambda me: {},
    "DELETE /api/events/{id}/organizations/{organization}/": lambda me: {},
    "GET /api/events/calendar/{secret}.ics/": lambda me: have_feed(me),
    "GET /api/organizations/": lambda me: {},
    "POST /api/organizations/create/": lambda me: {"title": "Club"},
    "GET /api/organizations/{id}/": lambda me: {},
    "PATCH /api/organizations/{id}/": lambda me: {"title": "New"},
    "DELETE /api/organizations/{id}/": lambda me: {},
    "POST /api/organizations/{id}/members/": lambda me: {
        "user": {"email": MemberFactory().email}
    },
    "DELETE /api/organizations/{id}/members/": lambda me: {
        "user": {"email": MemberFactory().email}
    },
    "GET /api/list/": lambda me: {},
    "GET /api/tiles/{layers}.json/": lambda me: {},
    "GET /api/tiles/{layers}/{z}/{x}/{y}.pbf/": lambda me: have_neighbour(),
    "GET /api/profile/me/": lambda me: {},
    "POST /api/profile/activate_invite/": lambda me: {
        "invite_code": InviteCodeFactory().code
    },
    "POST /api/v1/auth/login/": lambda me: {"email": me, "password": PASSWORD},
    "POST /api/v1/auth/refresh_token/": lambda me: {"refresh": refresh_token(me)},
    "POST /api/v1/auth/signup/": lambda me: {
        "email": new_email(),
        "password": PASSWORD,
        "username": "Ann",
        "code_by_inviter": InviteCodeFactory().code,
    },
    "GET /api/v1/profiles/": lambda me: {},
    "GET /api/v1/profiles/me/": lambda me: have_code(me),
    "POST /api/v1/profiles/me/": lambda me: {
        "activated_invite": InviteCodeFactory().code
    },
    "GET /api/v1/profiles/{id}/": lambda me: {},
    "GET /api/v1/users/invite_code/": lambda me: have_code(me),
    "POST /api/v1/users/invite_code/": lambda me: {
        "expires_at": f"{datetime.now(UTC) + timedelta(days=1)}"
    },
    "DELETE /api/v1/users/invite_code/": lambda me: have_code(me),
    "POST /api/v1/users/get_invite_code_by_email/": lambda me: {"email": me},
    "POST /api/v1/users/activate_invite_code/": lambda me: {
        "invite_code": InviteCodeFactory().code
    },
    "GET /api/v1/users/{id}/": lambda me: {},
    "GET /api/v1/leaderboard/": lambda me: have_invited(me),
    "GET /api/v1/leaderboard/me/": lambda me: {},
    "PATCH /api/v1/leaderboard/me/": lambda me: {"listed": False},
    "GET /api/v1/users/me/tree/": lambda me: have_invited(me),
    "POST /api/user/refresh/": lambda me: {"refresh": refresh_token(me)},
    "POST /api/user/sign-in/": lambda me: {"email": me, "password": PASSWORD},
    "POST /api/user/sign-up/": lambda me: {
        "email": new_email(),
        "password": PASSWORD,
        "telephone": "+79991234567",
        "longitude": 30.31,
        "latitude": 59.94,
    },
}


def parameters_of(path: str, email: str) -> dict[str, Any]:
    """Of the path: the id of a member, or of what the caller has made."""
    if "{secret}" in path:
        return {"secret": CalendarFeed.objects.get().secret}
    if "{layers}" in path:
        return {"layers": "members,events", "z": 0, "x": 0, "y": 0}
    if "{id}" not in path:
        return {}
    me = Member.objects.get(email=email)
    if "/rooms/" in path:
        return {"id": chat_services.lobby_id()}
    if "{organization}" in path:
        return {
            "id": EventFactory(creator=me).pk,
            "organization": OrganizationFactory().pk,
        }
    if "/events/" in path:
        return {"id": EventFactory(creator=me).pk}
    if "/organizations/" in path:
        return {"id": event_services.create_organization(me, users=[], title="Club").pk}
    return {"id": Member.objects.earliest("id").pk}


def acquaintance(email: str) -> Member:
    club = event_services.create_organization(
        Member.objects.get(email=email), users=[], title="Club"
    )
    return MembershipFactory(organization=club).member


def have_neighbour() -> dict[str, Any]:
    MemberFactory(lon=30.31, lat=59.94)
    return {}


def have_feed(email: str) -> dict[str, Any]:
    event_services.new_feed(Member.objects.get(email=email))
    return {}


def have_email_answers(email: str) -> dict[str, Any]:
    Member.objects.filter(email=email).update(email_verified_at=timezone.now())
    answered = {"member": Member.objects.get(email=email), "done_at": timezone.now()}
    EmailLookupFactory(kind="verifier", status="valid", **answered)
    found = {"person": {"geo": {"lat": 59.94}}, "company": None}
    EmailLookupFactory(kind="enrichment", status="found", result=found, **answered)
    return {}


def have_code(email: str) -> dict[str, Any]:
    me = Member.objects.get(email=email)
    InviteCodeFactory(member=me)
    ReferralFactory(referrer=me, invited__phone_number=f"+7999{me.pk:07}")
    return {}


def have_invited(email: str) -> dict[str, Any]:
    ReferralFactory(referrer=Member.objects.get(email=email))
    return {}


def refresh_token(email: str) -> str:
    return services.issue_tokens(Member.objects.get(email=email))["refresh"]


@pytest.mark.parametrize("accept", ["application/json", GEOJSON])
@pytest.mark.parametrize("label", SUCCESSES)
def test_operation_success(
    label, accept, server, session, nameless, new_key, redis_url
):
    method, path = label.split()
    operation = schema[path][method]
    root = {"is_staff": True, "is_superuser": True}
    place = Point(30.31, 59.94, srid=4326)
    key = new_key(email=(email := new_email()), location=place, **root)
    with override_settings(REDIS_URL=redis_url):  # the server's, for its codes
        body = SUCCESSES[label](email)
    case = operation.Case(
        path_parameters=parameters_of(path, email),
        body=body or NOT_SET,
    )
    headers = {"Authorization": f"Token {key}", "Accept": accept}

    answer = case.call(server.url, session, headers)

    assert answer.status_code in (200, 201, 202, 204), answer.text
    offered = operation.definition.raw.get("produces", [])
    assert is_geojson(answer) == (
        accept in offered and accept == GEOJSON and answer.status_code != 204
    )
    excluded = untrue_of(case, answer)
    case.validate_response(answer, headers=headers, excluded_checks=excluded)


def test_successes_of_every_operation():
    assert SUCCESSES.keys() == {
        operation.ok().label for operation in schema.get_all_operations()
    }


def test_schema_is_served(client):
    assert client.get("/swagger.json").json()["paths"] == written_schema()["paths"]
