"""Throttles, on a real Redis: contract, section 1."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest
import redis
from django.contrib.auth import hashers
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.test import Client
from drf_yasg.codecs import OpenAPICodecJson
from rest_framework.test import APIClient

from events.models import Organization
from matchmaker import services
from matchmaker.models import Member
from project.lib.api import throttles
from project.lib.api.rates import Rate
from project.lib.server.client_address import networks
from project.schema import INFO, Generator
from tests.events.factories import MembershipFactory, OrganizationFactory
from tests.factories import PASSWORD, MemberFactory
from tests.matchmaker.mailbox import links_to

TOKEN = "/api/auth/token/login/"
SIGN_IN = "/api/user/sign-in/"
SIGN_UP = "/api/user/sign-up/"
CREATE = "/api/clients/create"
ME = "/api/clients/me/"
SET_PASSWORD = "/api/clients/set_password/"
ADMIN = "/admin/login/"

PROXY = "10.0.0.1"
FAR = [f"203.0.113.{n}" for n in range(1, 30)]
PLACE = {"type": "Point", "coordinates": [30, 60]}


@pytest.fixture(autouse=True)
def _on(settings) -> None:
    """Throttles, with rates that no test reaches by chance."""
    settings.THROTTLES = True
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES, Rate(1000, 60))
    settings.TRUSTED_PROXIES = networks(["10.0.0.0/8"])
    for key in (server := redis.Redis.from_url(settings.REDIS_URL)).keys("throttle:*"):
        server.delete(key)
    server.close()


@pytest.fixture
def rate(settings) -> Callable[..., None]:
    def change(scope: str, limit: int, window_s: int = 60, *, factor: int = 10) -> None:
        settings.THROTTLE_RATES[scope] = Rate(limit, window_s)
        settings.THROTTLE_ADDRESS_FACTOR = factor

    return change


def sign_in(
    email: str = "nobody@example.com",
    peer: str = FAR[0],
    url: str = SIGN_IN,
    **extra: Any,
) -> Any:
    given = {"email": email, "password": "wrong"}
    return APIClient().post(url, given, REMOTE_ADDR=peer, **extra)


def is_refused(response: Any) -> bool:
    return response.status_code == 429


def test_refusal_tells_when_to_come_again(db, rate):
    rate("sign_in", 1)
    sign_in()

    refused = sign_in()

    assert refused.status_code == 429
    seconds = int(refused["Retry-After"])
    assert 55 <= seconds <= 60
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


def test_retry_after_counts_down_and_holds_what_it_says(db, rate):
    rate("sign_in", 2, 3)
    sign_in()
    time.sleep(1)
    sign_in()

    first = int(sign_in()["Retry-After"])
    time.sleep(first)

    assert first <= 2
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


# --- sign-in ------------------------------------------------------------------------


def test_one_account_is_tried_so_often_from_all_addresses_and_doors(db, rate):
    rate("sign_in", 3)

    assert not is_refused(sign_in(" Ann@example.com", FAR[0], SIGN_IN))
    assert not is_refused(sign_in("ANN@example.com ", FAR[1], TOKEN))
    assert not is_refused(sign_in("ann@ｅxample.com", FAR[2], TOKEN))

    assert is_refused(sign_in("ann@example.com", FAR[3], SIGN_IN))
    assert is_refused(sign_in("ann@example.com", FAR[4], TOKEN))
    assert "id_username" in (page := admin_login("aNN@example.com", FAR[5]))
    assert "Request was throttled" in page
    assert not is_refused(sign_in("eve@example.com", FAR[0]))


def test_right_password_is_refused_too(ann, rate):
    rate("sign_in", 1)
    sign_in(ann.email)

    given = {"email": ann.email, "password": PASSWORD}

    assert is_refused(APIClient().post(SIGN_IN, given))


def test_one_address_tries_so_many_accounts(db, rate):
    rate("sign_in", 2, factor=3)

    statuses = [sign_in(f"m{n}@example.com").status_code for n in range(7)]

    assert statuses == [401] * 6 + [429]
    assert is_refused(sign_in("m8@example.com", url=TOKEN))
    assert not is_refused(sign_in("m8@example.com", FAR[1]))


def test_refusals_of_an_account_use_nothing_up_of_its_address(db, rate):
    rate("sign_in", 1, factor=3)

    for _ in range(5):
        sign_in("ann@example.com")

    assert not is_refused(sign_in("b@example.com"))
    assert not is_refused(sign_in("c@example.com"))
    assert is_refused(sign_in("d@example.com"))


@pytest.mark.parametrize("email", [5, ["a"], {"a": 1}, True, "\0"])
def test_strange_emails_count_as_any(db, rate, email):
    rate("sign_in", 1)
    given = json.dumps({"email": email, "password": "x"})

    def status() -> int:
        client = APIClient()
        return client.post(SIGN_IN, given, content_type="application/json").status_code

    assert status() in (400, 401)
    assert status() == 429


@pytest.mark.parametrize("body", ["[]", "null", '"x"', "{", r'{"email": "\ud800"}'])
def test_broken_body_is_told(db, body):
    response = APIClient().post(SIGN_IN, body, content_type="application/json")

    assert response.status_code == 400


def test_refused_sign_in_hashes_nothing(ann, rate, monkeypatch):
    rate("sign_in", 1)
    sign_in(ann.email)
    hashed: list[str] = []
    encode = hashers.MD5PasswordHasher.encode

    def counted(self: Any, password: str, salt: str) -> str:
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", counted)

    sign_in(ann.email)
    sign_in(ann.email, url=TOKEN)
    admin_login(ann.email)

    assert hashed == []
    sign_in("b@example.com")
    assert len(hashed) == 1


def test_other_methods_do_not_count(db, rate):
    rate("sign_in", 1)

    for method in ("get", "put", "options"):
        for _ in range(3):
            assert not is_refused(getattr(APIClient(), method)(SIGN_IN))


# --- the admin ----------------------------------------------------------------------


def admin_login(email: str, peer: str = FAR[0], password: str = "wrong") -> str:
    given = {"username": email, "password": password}
    response = Client().post(ADMIN, given, REMOTE_ADDR=peer)
    assert response.status_code in (200, 302)
    return response.content.decode() if response.status_code == 200 else ""


@pytest.fixture
def _unbuilt(settings) -> None:
    """Pages without the manifest of collected static files."""
    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": plain}}


@pytest.mark.usefixtures("_unbuilt")
def test_admins_page_shows_the_refusal(db, rate):
    staff = MemberFactory(is_staff=True)
    rate("sign_in", 2)

    assert admin_login(staff.email, password=PASSWORD) == ""
    for _try in range(2):
        assert "Request was throttled" not in admin_login(staff.email)

    assert "Request was throttled" in admin_login(staff.email, password=PASSWORD)
    assert is_refused(sign_in(staff.email))
    assert admin_login(MemberFactory(is_staff=True).email, password=PASSWORD) == ""


@pytest.mark.usefixtures("_unbuilt")
def test_staffs_own_password_is_throttled(db, rate):
    rate("password", 1)
    browser = Client()
    browser.force_login(MemberFactory(is_staff=True))
    given = {"old_password": "x", "new_password1": "y", "new_password2": "y"}

    first = browser.post("/admin/password_change/", given).context["form"]
    second = browser.post("/admin/password_change/", given).context["form"]

    assert "throttled" not in str(first.errors)
    assert "Request was throttled" in str(second.errors["old_password"])


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


# --- Redis --------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same", [True, False], ids=["account", "address"])
def test_of_parallel_requests_the_limit_passes(rate, same):
    rate("sign_in", 5 if same else 1, factor=5)

    def status(number: int) -> int:
        email = "ann@example.com" if same else f"m{number}@example.com"
        try:
            return sign_in(email).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(16) as threads:
        statuses = sorted(threads.map(status, range(40)))

    assert statuses == [401] * 5 + [429] * 35


def test_keys_tell_nothing_and_end(db, settings, rate):
    rate("sign_in", 3, 50)
    sign_in("ann@example.com", FAR[0])

    with redis.Redis.from_url(settings.REDIS_URL) as server:
        keys = server.keys("throttle:*")
        lifetimes = [server.ttl(key) for key in keys]

    assert len(keys) == 2
    text = b" ".join(keys).lower()
    assert b"ann" not in text
    assert b"203.0" not in text
    assert all(45 <= seconds <= 50 for seconds in lifetimes)


def test_log_is_as_long_as_its_limit(db, settings, rate):
    rate("sign_in", 5)
    for _ in range(4):
        sign_in()
    rate("sign_in", 2)
    assert is_refused(sign_in())
    rate("sign_in", 100)

    assert not is_refused(sign_in())


@pytest.fixture
def _hanging(settings) -> Iterator[None]:
    """A Redis that takes connections, as many as its queue holds, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.REDIS_URL = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        yield


def test_without_redis_all_are_let_through(db, settings, rate, caplog):
    rate("sign_in", 1)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    start = time.monotonic()

    assert [sign_in().status_code for _ in range(3)] == [401] * 3

    assert time.monotonic() - start < 3
    told = [r for r in caplog.records if "sign_in is not throttled" in r.getMessage()]
    assert [r.levelname for r in told] == ["WARNING"] * 3


@pytest.mark.usefixtures("_hanging")
def test_hanging_redis_costs_a_second(db, rate):
    rate("sign_in", 1)
    start = time.monotonic()

    assert sign_in().status_code == 401

    assert time.monotonic() - start < 3


def test_connections_that_redis_closed_cost_nothing(db, settings, rate):
    rate("sign_in", 1)
    sign_in()

    with redis.Redis.from_url(settings.REDIS_URL) as server:
        server.client_kill_filter(_type="normal", skipme=True)
        server.script_flush()

    assert is_refused(sign_in())


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


def test_schema_tells_of_429():
    schema = Generator(INFO).get_schema(public=True)
    paths = json.loads(OpenAPICodecJson([]).encode(schema))["paths"]

    telling = {
        (method, path.rstrip("/"))
        for path, operations in paths.items()
        for method, operation in operations.items()
        if method != "parameters" and "429" in operation["responses"]
    }

    assert telling >= {
        ("post", "/api/auth/token/login"), ("post", "/api/user/sign-in"),
        ("post", "/api/user/sign-up"), ("post", "/api/clients"),
        ("post", "/api/clients/create"), ("patch", "/api/clients/me"),
        ("post", "/api/clients/set_password"),
    }  # fmt: skip
    assert ("get", "/api/clients/me") not in telling


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


# --- links in mails -------------------------------------------------------------------


def asked_for_link(email: str, peer: str) -> Any:
    path = "/api/clients/reset_password/"
    return APIClient().post(path, {"email": email}, REMOTE_ADDR=peer)


def test_links_to_one_email_are_counted_together(ann, as_ann, signed_in, rate):
    """Whoever asks, from wherever: it is one mailbox."""
    rate("reset_link", 2)
    for peer in FAR[:2]:
        assert asked_for_link(ann.email, peer).status_code == 204
    assert is_refused(asked_for_link(ann.email.upper(), FAR[2]))
    assert asked_for_link("other@example.com", FAR[0]).status_code == 204

    rate("email_link", 2)
    for _time in range(2):
        assert as_ann.post(f"{ME}verify_email/").status_code == 204
    change = {"email": ann.email, "current_password": PASSWORD}
    assert is_refused(as_ann.post(f"{ME}verify_email/"))
    assert is_refused(signed_in(MemberFactory()).patch(ME, change))
    # The rest of the profile is no mail.
    assert as_ann.patch(ME, {"language": "ru", "email": ann.email}).status_code == 200


def test_no_other_link_uses_up_those_for_a_new_password(ann, as_ann, signed_in, rate):
    """Or else a stranger could, and leave the owner none that is for that."""
    rate("email_link", 1)
    rate("reset_link", 1)
    change = {"email": ann.email, "current_password": PASSWORD}
    stranger = signed_in(MemberFactory())
    assert stranger.patch(ME, change).status_code == 400  # it is taken, but counts
    assert is_refused(stranger.patch(ME, change))
    assert is_refused(as_ann.post(f"{ME}verify_email/"))

    assert asked_for_link(ann.email, FAR[0]).status_code == 204


def test_who_is_refused_a_link_has_one_that_works(ann, rate):
    """However many strangers asked for it; and a known device gets another."""
    rate("reset_link", 5, 3600)
    given = {"email": ann.email, "password": PASSWORD}
    assert APIClient().post(SIGN_IN, given, REMOTE_ADDR=FAR[9]).status_code == 200
    for peer in FAR[:5]:
        assert asked_for_link(ann.email, peer).status_code == 204

    assert is_refused(asked_for_link(ann.email, FAR[5]))
    assert len(links_to(ann.email)) == 5
    assert asked_for_link(ann.email, FAR[9]).status_code == 204
    *of_strangers, _own = links_to(ann.email)
    assert of_strangers[-1].reset("another horse 8") == 204


def test_links_are_counted_alike_for_nobodys_email(db, rate):
    rate("reset_link", 1)
    assert asked_for_link("nobody@example.com", FAR[0]).status_code == 204
    assert is_refused(asked_for_link("nobody@example.com", FAR[0]))


def test_one_address_asks_for_so_many_links(db, rate):
    rate("reset_link", 1, factor=3)
    for n in range(3):
        assert asked_for_link(f"a{n}@example.com", FAR[0]).status_code == 204

    assert is_refused(asked_for_link("a3@example.com", FAR[0]))
    assert asked_for_link("a3@example.com", FAR[1]).status_code == 204


def test_what_is_no_email_is_counted_nowhere(db, rate):
    rate("reset_link", 1)
    for _time in range(3):
        assert asked_for_link("nonsense", FAR[0]).status_code == 400
    assert asked_for_link("a@example.com", FAR[0]).status_code == 204


def test_a_password_tried_for_a_new_email_is_a_password_tried(as_ann, rate):
    rate("password", 2)
    change = {"email": "new@example.com", "current_password": "wrong"}
    for _time in range(2):
        assert as_ann.patch(ME, change).status_code == 400

    assert is_refused(as_ann.patch(ME, {**change, "current_password": PASSWORD}))
    wrong = {"current_password": "wrong", "new_password": "another horse 8"}
    assert is_refused(as_ann.post(SET_PASSWORD, wrong))


@pytest.mark.parametrize("path", ["reset_password_confirm", "verify_email_confirm"])
def test_links_tried_are_counted_for_the_address_alone(db, rate, path):
    """Whoever tried links of somebody else's would keep that one from the own."""
    rate("confirm_link", 2)
    used = {"uid": "MQ", "token": "a-b"}
    if path.startswith("reset"):
        used["new_password"] = "another horse 8"

    def tried(peer: str) -> Any:
        return APIClient().post(f"/api/clients/{path}/", used, REMOTE_ADDR=peer)

    assert [tried(FAR[0]).status_code for _ in range(3)] == [400, 400, 429]
    assert tried(FAR[1]).status_code == 400
