"""Throttles, on a real Redis: contract, section 1."""

import time
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
import redis
from django.core.exceptions import ImproperlyConfigured
from rest_framework.test import APIClient

from events.models import Organization
from matchmaker import services
from matchmaker.models import Member
from project.lib.api import throttles
from tests.events.factories import (
    EventFactory,
    MembershipFactory,
    OrganizationFactory,
)
from tests.factories import PASSWORD, MemberFactory
from tests.matchmaker.throttling import (
    CREATE,
    FAR,
    ME,
    PLACE,
    PROXY,
    SET_PASSWORD,
    SIGN_UP,
    admin_login,
    is_refused,
    sign_in,
)
from tests.pictures import upload

pytestmark = pytest.mark.usefixtures("throttles_on")


def test_refusal_tells_when_to_come_again(db, rate):
    rate("sign_in", 1)
    sign_in()

    refused = sign_in()

    assert refused.status_code == 429
    seconds = int(refused["Retry-After"])
    assert 30 <= seconds <= 60
    assert refused.json() == {
        "detail": f"Request was throttled. Expected available in {seconds} seconds.",
        "code": "throttled",
    }
    assert refused["Content-Type"] == "application/json"


def test_refusal_is_in_the_callers_language(db, rate):
    rate("sign_in", 1)
    sign_in()

    refused = sign_in(HTTP_ACCEPT_LANGUAGE="ru").json()

    assert refused["code"] == "throttled"
    assert refused["detail"].startswith("Слишком много запросов. Повторите попытку")


@pytest.fixture
def let_pass(settings) -> Callable[[int], None]:
    """Let so many seconds have passed since all that was counted."""

    def shift(seconds: int) -> None:
        with redis.Redis.from_url(settings.REDIS_URL) as server:
            for key in server.keys("throttle:*"):
                for i, instant_ms in enumerate(server.lrange(key, 0, -1)):
                    server.lset(key, i, int(instant_ms) - seconds * 1000)

    return shift


def test_retry_after_counts_down_and_holds_what_it_says(db, rate, let_pass):
    rate("sign_in", 2, 3600)
    sign_in()
    let_pass(1200)
    sign_in()

    first = int(sign_in()["Retry-After"])
    let_pass(first)

    assert 2300 < first <= 2400
    # The first attempt is out of the window now, the second one is still in it.
    assert not is_refused(sign_in())
    assert is_refused(sign_in())


def test_refused_attempts_do_not_prolong_it(db, rate):
    rate("sign_in", 1, 1)
    sign_in()
    statuses = [sign_in().status_code]
    end = time.monotonic() + 1

    while time.monotonic() < end:
        statuses.append(sign_in().status_code)

    assert 401 in [*statuses, sign_in().status_code]


# --- the other scopes ---------------------------------------------------------------


@pytest.mark.parametrize("url", [SIGN_UP, CREATE, "/api/clients/"])
def test_an_address_signs_up_so_often(db, rate, url):
    rate("sign_up", 2)
    numbers = count()

    def sign_up(peer: str) -> int:
        given = {"email": f"new{next(numbers)}@example.com", "password": PASSWORD}
        if url != SIGN_UP:
            given |= {"first_name": "A", "last_name": "B", "gender": "male"}
        return APIClient().post(url, given, REMOTE_ADDR=peer).status_code

    assert [sign_up(FAR[0]) for _ in range(3)] == [201, 201, 429]
    assert sign_up(FAR[1]) == 201
    assert Member.objects.count() == 3


def test_both_ways_to_sign_up_are_one(db, rate):
    rate("sign_up", 1)

    assert APIClient().post(SIGN_UP, {}).status_code == 400
    assert is_refused(APIClient().post(CREATE, {}))


def test_a_member_changes_the_password_so_often(ann, as_ann, signed_in, rate):
    rate("password", 1, factor=2)
    given = {"current_password": "wrong", "new_password": "x"}

    assert as_ann.post(SET_PASSWORD, given).status_code == 400
    assert is_refused(as_ann.post(SET_PASSWORD, given))
    assert not is_refused(signed_in(MemberFactory()).post(SET_PASSWORD, given))
    assert is_refused(signed_in(MemberFactory()).post(SET_PASSWORD, given))


def test_only_changes_of_the_location_are_throttled(ann, as_ann, rate):
    rate("location", 2)

    for _ in range(4):
        assert as_ann.get(ME).status_code == 200
        assert as_ann.patch(ME, {"first_name": "Ann"}).status_code == 200
    assert as_ann.patch(ME, {"location": PLACE}).status_code == 200
    form = {"longitude": "1", "latitude": "2"}
    assert as_ann.patch(ME, form, format="multipart").status_code == 200
    for body in ({"location": None}, {"longitude": 3, "latitude": 3}):
        assert is_refused(as_ann.patch(ME, body))
    ann.refresh_from_db()
    assert ann.location.coords == (1, 2)
    assert as_ann.patch(ME, {"first_name": "Eve"}).status_code == 200


def test_strangers_are_asked_who_they_are_first(db, rate):
    rate("password", 1)

    for _ in range(3):
        assert APIClient().post(SET_PASSWORD).status_code == 401


def test_unknown_scope_stops_the_start():
    with pytest.raises(ImproperlyConfigured, match="nonsense"):
        throttles.throttled("nonsense")


# --- addresses ----------------------------------------------------------------------


def test_strangers_header_changes_nothing(db, rate):
    rate("sign_up", 1)

    def status(header: str) -> int:
        client = APIClient(REMOTE_ADDR=FAR[0])
        return client.post(SIGN_UP, {}, HTTP_X_FORWARDED_FOR=header).status_code

    assert [status(header) for header in FAR[1:4]] == [400, 429, 429]


def test_trusted_proxys_header_tells_clients_apart(db, rate):
    rate("sign_up", 1)

    def status(header: str) -> int:
        client = APIClient(REMOTE_ADDR=PROXY)
        return client.post(SIGN_UP, {}, HTTP_X_FORWARDED_FOR=header).status_code

    assert [status(header) for header in FAR[1:4]] == [400, 400, 400]
    assert status(f"198.51.100.1, {FAR[1]}") == 429
    assert [status(f"nonsense, {n}x") for n in range(2)] == [400, 429]


def test_downloads_of_the_own_data_are_counted(as_ann, rate):
    rate("export", 2)

    statuses = [as_ann.get(ME + "export/").status_code for _ in range(3)]

    assert statuses == [200, 200, 429]


def test_each_organization_that_is_asked_counts(ann, as_ann, rate):
    rate("event_organization", 3)
    own = MembershipFactory(member=ann).organization
    others = OrganizationFactory.create_batch(4)

    def names(*organizations: Organization) -> dict[str, Any]:
        named = [{"id": organization.pk} for organization in organizations]
        return {"title": "Fest", "organizations": named}

    made = as_ann.post("/api/events/create/", names(own, *others[:2]))
    assert made.status_code == 202
    event = f"/api/events/{made.json()['id']}"
    # All of a request or nothing: one more would be let through, two are not.
    assert is_refused(as_ann.patch(event, names(own, *others)))
    # Those that are asked already, and wrong requests, use nothing up.
    assert as_ann.patch(event, names(own, *others[:2])).status_code == 200
    assert as_ann.patch(event, {"organizations": [{"id": "x"}]}).status_code == 400
    accepting = f"{event}/organizations/{others[2].pk}/"
    assert as_ann.post(accepting).status_code == 200
    assert as_ann.post(accepting).status_code == 200
    assert is_refused(as_ann.post(f"{event}/organizations/{others[3].pk}/"))
    many = names(*OrganizationFactory.create_batch(4))
    refused = as_ann.post("/api/events/create/", many)
    assert is_refused(refused)
    assert refused["Retry-After"] == "60"


# --- all of them --------------------------------------------------------------------


def test_off_turns_all_off(ann, as_ann, settings, rate):
    for scope in settings.THROTTLE_RATES:
        rate(scope, 1, factor=1)
    settings.THROTTLES = False

    for _ in range(3):
        assert sign_in().status_code == 401
        assert APIClient().post(SIGN_UP, {}).status_code == 400
        assert as_ann.patch(ME, {"location": PLACE}).status_code == 200
        assert "throttled" not in admin_login(ann.email)


def test_wrong_requests_use_up_nothing(ann, as_ann, rate):
    other = MemberFactory()
    report = f"/api/clients/{other.pk}/report/"
    for scope in ("report", "location", "sign_in"):
        rate(scope, 1)

    for wrong in ({}, {"reason": "x"}, []):
        assert as_ann.post(report, wrong).status_code == 400
        assert as_ann.patch(ME, {"longitude": "x", "latitude": 1}).status_code == 400
        half = {"email": ann.email}
        assert APIClient().post("/api/user/sign-in/", half).status_code == 400

    assert as_ann.post(report, {"reason": "spam"}).status_code == 201
    assert as_ann.patch(ME, {"longitude": 1, "latitude": 1}).status_code == 200
    given = {"email": ann.email, "password": PASSWORD}
    assert APIClient().post("/api/user/sign-in/", given).status_code == 200
    assert as_ann.post(report, {"reason": "spam"}).status_code == 429


def test_who_discovers_whom_cannot_be_tried_out(ann, as_ann, rate):
    rate("preference", 2)

    statuses = [
        as_ann.patch(ME, {"gender": gender, "first_name": "Ann"}).status_code
        for gender in ("female", "male", "male", "female", "male")
    ]

    # Saving what is there already is no change.
    assert statuses == [200, 200, 200, 200, 429]
    assert as_ann.patch(ME, {"first_name": "Eve"}).status_code == 200


def test_refreshing_is_counted_by_member(db, rate):
    rate("refresh", 2)
    ann, bob = MemberFactory(), MemberFactory()

    def refresh(token: str) -> Any:
        return APIClient().post("/api/user/refresh/", {"refresh": token})

    answers = [refresh(services.issue_tokens(ann)["refresh"])]
    for _again in range(2):
        answers.append(refresh(answers[0].json()["refresh"]))
    other = refresh(services.issue_tokens(bob)["refresh"])
    forged = [refresh("nonsense") for _try in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert other.status_code == 200
    assert [answer.status_code for answer in forged] == [401, 401, 429]


def test_pictures_are_counted_by_member(ann, as_ann, rate):
    rate("picture", 3)
    event = EventFactory(creator=ann)

    def send(path: str, field: str, data: bytes | None = None) -> int:
        given = {field: upload(data)}
        return as_ann.patch(path, given, format="multipart").status_code

    statuses = [
        send(ME, "avatar"),
        send(f"/api/events/{event.pk}", "image"),
        send(ME, "avatar", b"no picture"),  # it was to be decoded, too
        send(ME, "avatar"),
        send(f"/api/events/{event.pk}", "image"),
    ]
    made = as_ann.post(
        "/api/events/create/", {"title": "Fest", "image": upload()}, format="multipart"
    )

    assert [*statuses, made.status_code] == [200, 200, 400, 429, 429, 429]
    assert as_ann.patch(ME, {"first_name": "Ann"}).status_code == 200
    assert as_ann.patch(ME, {"avatar": None}).status_code == 200


def test_streams_are_throttled_and_pages_are_not(as_ann, rate):
    rate("stream", 2)

    answers = [
        as_ann.get("/api/clients/", {"format": form}).status_code
        for form in ("csv", "geojsonseq", "csv", "geojson", "json")
    ]

    assert answers == [200, 200, 429, 200, 200]
