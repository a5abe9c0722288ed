"""The events system's document: organizations, events, the admin, the chat."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any
from uuid import uuid4

import httpx
import pytest
import yaml
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection

from tests.documents.conftest import Service
from tests.documents.people import People, Person, is_refused, new_name, new_phone
from tests.harness.processes import ROOT
from tests.harness.requests import PASSWORD, picture
from tests.harness.sockets import connect
from tests.harness.waiting import PATIENCE_S, wait_until

AT_ONCE_S = 30  # half of the document's minute, and beyond any pause of a machine

difference = pytest.mark.difference


@dataclass(frozen=True)
class Wait:
    """How an event came: the answers at once, and when a stranger could read it."""

    answer: httpx.Response
    answered_after_s: float
    own_status: str
    stranger_status: int
    listed: int
    visible_after_s: float


@dataclass(frozen=True)
class Evening:
    """Three events of ann's, published: `title` is in their titles.

    `full` has all fields, `late` a day for its date, `bare` a title only. In `late` ann
    named olga's choir, which has accepted; `unanswered` is how it was shown before.
    """

    title: str
    full: int
    late: int
    bare: int
    image: str
    waited: Wait
    unanswered: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def ann(people) -> Person:
    """Signed up with a telephone, signed in for JWTs."""
    return sign_up(people, telephone=new_phone(), first_name="Ann", last_name="Lee")


@pytest.fixture(scope="module")
def friend(people) -> Person:
    return people.voter()


@pytest.fixture(scope="module")
def clubs(ann, friend) -> Iterator[list[dict[str, Any]]]:
    """Two organizations of ann's; friend was named in the first."""
    both = [
        made(
            ann,
            title=f"Club {new_name()}",
            description="Music",
            postcode="190000",
            address="Nevsky 1",
            users=[{"id": friend.id}],
        ),
        made(ann, title=f"Band {new_name()}"),
    ]
    yield both
    for club in both:
        ann.delete(f"/api/organizations/{club['id']}")


@pytest.fixture(scope="module")
def olga(people) -> Person:
    return people.voter()


@pytest.fixture(scope="module")
def choir(olga) -> Iterator[dict[str, Any]]:
    """An organization of olga's, where ann is nobody."""
    choir = made(olga, title=f"Choir {new_name()}")
    yield choir
    olga.delete(f"/api/organizations/{choir['id']}")


@pytest.fixture(scope="module")
def evening(service, workers, ann, friend, olga, clubs, choir) -> Iterator[Evening]:
    """Waits once for all of them."""
    title = f"Fest {uuid4().hex}"
    form = {
        "title": title,
        "description": "Loud",
        "date": "2026-12-23T21:45:00+03:00",
        **{f"organizations[{n}]id": str(club["id"]) for n, club in enumerate(clubs)},
    }
    image = {"image": ("fest.png", picture(), "image/png")}
    began = time.monotonic()

    answer = ann.post("/api/events/create/", data=form, files=image)

    answered_after_s = time.monotonic() - began
    assert answer.status_code == 202, answer.text
    urls = [answer.json()["url"]]
    own_status = ann.get(urls[0]).json()["status"]
    stranger_status = friend.get(urls[0]).status_code
    listed = friend.get("/api/events/", params={"search": title}).json()["count"]
    urls += [
        ann.post("/api/events/create/", json=given).json()["url"]
        for given in (
            {
                "title": f"{title} late",
                "date": "2026-12-24",
                "organizations": [{"id": choir["id"]}, {"id": clubs[0]["id"]}],
            },
            {"title": f"{title} bare"},
        )
    ]
    may_take_s = service.publish_delay_s + PATIENCE_S
    wait_until(lambda: friend.get(urls[0]).is_success, patience_s=may_take_s)
    visible_after_s = time.monotonic() - began
    wait_until(
        lambda: all(friend.get(url).is_success for url in urls),
        patience_s=may_take_s,
    )
    waited = Wait(
        answer, answered_after_s, own_status, stranger_status, listed, visible_after_s
    )
    events = [ann.get(url).json() for url in urls]
    unanswered = {"creator": events[1], "others": friend.get(urls[1]).json()}
    answer = olga.post(f"{urls[1]}/organizations/{choir['id']}/")
    assert answer.status_code == 200, answer.text
    ids = [event["id"] for event in events]
    yield Evening(title, *ids, events[0]["image"], waited, unanswered)
    for url in urls:
        ann.delete(url)


def sign_up(people: People, **more: str) -> Person:
    person, _answer = people.by_email("/api/user/sign-up/", **more)
    given = {"email": person.email, "password": PASSWORD}
    answer = person.post("/api/user/sign-in/", json=given)
    assert answer.status_code == 200, answer.text
    person.use_jwt(answer.json()["access"])
    return person


def made(person: Person, **fields: Any) -> dict[str, Any]:
    answer = person.post("/api/organizations/create/", json=fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


def found(person: Person, evening: Evening, **parameters: object) -> list[int]:
    """Ids of the evening's events in the list, in its order."""
    asked = {"search": evening.title, **parameters}
    page = person.get("/api/events/", params=asked)
    assert page.status_code == 200, page.text
    return [event["id"] for event in page.json()["results"]]


# --- The task ---------------------------------------------------------------------


def test_django_and_rest_framework_are_new_enough():
    def at_least(package: str) -> tuple[int, ...]:
        return tuple(int(part) for part in version(package).split(".")[:2])

    assert at_least("django") >= (3, 2)
    assert at_least("djangorestframework") >= (3, 12)


@difference("telephone-unproven")
def test_telephone_is_kept(ann):
    me = ann.me()

    assert me["phone_number"] == ann.sent["telephone"]
    assert me["phone_verified"] is False


def test_email_and_password_make_an_account_and_sign_in(ann, nobody):
    given = {"email": ann.email.upper(), "password": PASSWORD}

    assert nobody.post("/api/user/sign-in/", json=given).status_code == 200


def test_jwt_authenticates(people, ann, nobody):
    forged = people.nobody()
    forged.use_jwt(f"{ann.headers['Authorization'].split()[1][:-3]}abc")

    assert ann.headers["Authorization"].count(".") == 2
    assert ann.get("/api/events/").status_code == 200
    assert forged.get("/api/events/").status_code == 401


def test_organization_has_title_description_address_postcode(clubs, friend):
    shown = friend.get(f"/api/organizations/{clubs[0]['id']}").json()

    names = ("title", "description", "address", "postcode")
    assert [shown[name] for name in names] == [
        clubs[0]["title"], "Music", "Nevsky 1", "190000"
    ]  # fmt: skip


@pytest.mark.slow
def test_event_has_title_description_organizations_image_date(evening, clubs, friend):
    shown = friend.get(f"/api/events/{evening.full}").json()

    assert (shown["title"], shown["description"]) == (evening.title, "Loud")
    assert shown["date"] == "2026-12-23T18:45:00Z"
    assert [o["id"] for o in shown["organizations"]] == [club["id"] for club in clubs]
    assert friend.get(shown["image"]).headers["Content-Type"] == "image/jpeg"


def test_chat_between_users(talk, people):
    one, other = talk(people.voter()), talk(people.voter())
    text = f"Hello {uuid4().hex}"

    say(one, message=text)

    assert heard(other, text)["user"]["id"] == one.person.id


@difference("three-secrets")
def test_docker_compose_starts_the_project():
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())

    services = compose["services"]
    assert services["web"]["environment"]["SECRET_KEY"].startswith("${SECRET_KEY:?")
    assert {"db", "redis", "migrate", "web", "worker"} <= services.keys()
    assert all(
        (ROOT / folder / "Dockerfile").is_file() or (ROOT / folder).is_file()
        for folder in dockerfiles(services)
    )
    assert ":8000" in services["web"]["ports"][0]


def dockerfiles(services: dict[str, Any]) -> Iterator[str]:
    for build in (s["build"] for s in services.values() if "build" in s):
        yield build if isinstance(build, str) else build["dockerfile"]


def test_no_mail_has_to_be_confirmed(ann):
    """Ann has signed in, and has an organization, and has read no mail."""
    assert ann.get("/api/organizations/").status_code == 200


def test_users_are_in_organizations(clubs, ann, friend):
    users = ann.get(f"/api/organizations/{clubs[0]['id']}").json()["users"]

    assert {user["id"] for user in users} == {ann.id, friend.id}


@pytest.mark.slow
def test_several_organizations_make_one_event(evening, clubs, friend):
    shown = friend.get(f"/api/events/{evening.full}").json()["organizations"]

    assert [o["title"] for o in shown] == [club["title"] for club in clubs]


@pytest.mark.slow
@difference("organizations-accept")
def test_organization_of_somebody_else_makes_it_too(evening, clubs, choir, friend):
    both = {clubs[0]["id"]: "confirmed", choir["id"]: "confirmed"}

    def statuses(event: dict[str, Any]) -> dict[int, str]:
        return {o["id"]: o["status"] for o in event["organizations"]}

    assert statuses(evening.unanswered["creator"]) == both | {choir["id"]: "invited"}
    assert [*statuses(evening.unanswered["others"])] == [clubs[0]["id"]]
    assert statuses(friend.get(f"/api/events/{evening.late}").json()) == both


@pytest.mark.slow
def test_admin_filters_events(staff, evening):
    def listed(**parameters: str) -> set[str]:
        asked = {"q": evening.title, **parameters}
        page = staff.get("/admin/events/event/", params=asked)
        assert page.status_code == 200
        ids = {"full": evening.full, "late": evening.late, "bare": evening.bare}
        return {n for n, pk in ids.items() if f"/event/{pk}/change/" in page.text}

    assert listed(state="published") == {"full", "late", "bare"}
    assert listed(state="scheduled") == set()
    assert listed(when="undated") == {"bare"}
    assert listed(image__isempty="0") == {"full"}


@pytest.mark.slow
def test_admin_searches_events(staff, evening):
    page = staff.get("/admin/events/event/", params={"q": f"{evening.title} LATE"})

    assert f"/event/{evening.late}/change/" in page.text
    assert f"/event/{evening.bare}/change/" not in page.text


def test_admin_searches_and_filters_organizations_and_members(staff, clubs, ann):
    def found(path: str, pk: int, **asked: str) -> bool:
        page = staff.get(f"/admin/{path}/", params=asked)
        assert (page.status_code, page.url.params.get("e")) == (200, None)
        return f"/{path}/{pk}/change/" in page.text

    club, member = clubs[0], ann.me()
    assert found("events/organization", club["id"], q=club["title"])
    assert not found(
        "events/organization", club["id"], q=club["title"], location__isempty="0"
    )
    assert found("matchmaker/member", member["id"], q=member["email"])
    assert not found(
        "matchmaker/member", member["id"], q=member["email"], gender__exact="male"
    )


@pytest.mark.slow
def test_admin_shows_the_image_of_an_event(staff, evening):
    page = staff.get(f"/admin/events/event/{evening.full}/change/")

    assert f'<img src="{httpx.URL(evening.image).path}"' in page.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/events/"),
        ("GET", "/api/events/1"),
        ("POST", "/api/events/create/"),
        ("GET", "/api/organizations/"),
        ("GET", "/api/organizations/1"),
        ("POST", "/api/organizations/create/"),
    ],
)
def test_only_who_signed_up_reads_and_creates(nobody, method, path):
    assert nobody.request(method, path, json={"title": "Fest"}).status_code == 401


@pytest.mark.slow
@difference("stored-at-once")
def test_event_appears_after_the_delay(service, evening):
    waited = evening.waited

    delay_s = service.publish_delay_s
    assert waited.answer.json()["status"] == waited.own_status == "scheduled"
    assert (waited.stranger_status, waited.listed) == (404, 0)
    assert delay_s < waited.visible_after_s < delay_s + PATIENCE_S


@pytest.mark.slow
def test_creating_an_event_blocks_nobody(evening):
    waited = evening.waited

    assert waited.answer.status_code == 202
    assert waited.answered_after_s < AT_ONCE_S
    assert waited.answered_after_s < waited.visible_after_s
    assert waited.answer.headers["Location"] == waited.answer.json()["url"]


@pytest.mark.slow
@difference("contacts-by-consent")
def test_event_lists_its_users_by_organization(evening, clubs, ann, friend):
    organizations = friend.get(f"/api/events/{evening.full}").json()["organizations"]

    users = [[user["id"] for user in o["users"]] for o in organizations]
    assert users == [sorted([ann.id, friend.id]), [ann.id]]
    own = ann.get(f"/api/events/{evening.full}").json()["organizations"][0]["users"]
    contacts = {user["id"]: user.get("email") for user in own}
    assert contacts == {ann.id: ann.email, friend.id: None}
    assert all(user["first_name"] or user["last_name"] for user in own)


@pytest.mark.slow
def test_postcode_and_address_are_joined(evening, friend):
    organizations = friend.get(f"/api/events/{evening.full}").json()["organizations"]

    assert [o["full_address"] for o in organizations] == ["190000, Nevsky 1", ""]


# --- Users ------------------------------------------------------------------------


def test_user_sign_up_registers(people):
    telephone = new_phone()

    _person, answer = people.by_email("/api/user/sign-up/", telephone=telephone)

    shown = answer.json()
    assert shown["telephone"] == telephone
    assert {"id", "email", "telephone"} <= shown.keys()


@pytest.mark.parametrize("field", ["email", "password"])
def test_sign_up_needs_email_and_password(nobody, field):
    given = {"email": "ann@example.com", "password": PASSWORD}
    del given[field]

    assert is_refused(nobody.post("/api/user/sign-up/", json=given), field)


def test_telephone_is_optional(people):
    _person, answer = people.by_email("/api/user/sign-up/")

    assert answer.json()["telephone"] is None


@difference("telephone-unproven")
def test_telephone_signs_nobody_in(people):
    telephone = new_phone()
    owner = sign_up(people, telephone=telephone)

    caller = people.voter(telephone)  # who reads the code that is sent there

    assert caller.id != owner.id
    assert caller.me()["email"] is None
    assert caller.me()["phone_verified"]
    assert not owner.me()["phone_verified"]


def test_user_sign_in_answers_access_and_refresh(ann, nobody):
    given = {"email": ann.email, "password": PASSWORD}

    answer = nobody.post("/api/user/sign-in/", json=given)

    assert answer.status_code == 200
    assert answer.json().keys() == {"access", "refresh"}


@pytest.mark.parametrize("field", ["email", "password"])
def test_sign_in_needs_email_and_password(nobody, field):
    given = {"email": "ann@example.com", "password": PASSWORD}
    del given[field]

    assert is_refused(nobody.post("/api/user/sign-in/", json=given), field)


def test_user_refresh_answers_a_new_pair(people, ann, nobody):
    given = {"email": ann.email, "password": PASSWORD}
    pair = nobody.post("/api/user/sign-in/", json=given).json()

    answer = nobody.post("/api/user/refresh/", json={"refresh": pair["refresh"]})

    new = answer.json()
    assert new.keys() == pair.keys()
    assert {*new.values()}.isdisjoint(pair.values())
    person = people.nobody()
    person.use_jwt(new["access"])
    assert person.id == ann.id
    again = nobody.post("/api/user/refresh/", json={"refresh": pair["refresh"]})
    assert again.status_code == 401


def test_refresh_needs_the_refresh_token(nobody):
    assert is_refused(nobody.post("/api/user/refresh/", json={}), "refresh")
    assert (
        nobody.post("/api/user/refresh/", json={"refresh": "none"}).status_code == 401
    )


# --- Organizations ----------------------------------------------------------------


def test_organizations_create_makes_one_with_its_users(clubs, ann, friend):
    club = clubs[0]

    roles = {user["id"]: user["role"] for user in club["users"]}
    assert roles == {ann.id: "owner", friend.id: "member"}
    assert club["title"].startswith("Club")


def test_organization_needs_a_title(ann):
    assert is_refused(ann.post("/api/organizations/create/", json={}), "title")


def test_organization_needs_nothing_else(clubs, ann):
    bare = clubs[1]

    given = (bare["description"], bare["postcode"], bare["address"])
    assert given == ("", "", "")
    assert [user["id"] for user in bare["users"]] == [ann.id]


def test_users_are_a_list_of_dicts(ann):
    given = {"title": "Club", "users": [{"id": 10**15}]}
    answers = [
        ann.post("/api/organizations/create/", json=given | {"users": users})
        for users in (given["users"], [5], "ann")
    ]

    assert all(is_refused(answer, "users") for answer in answers)


def test_organizations_lists_them(clubs, friend):
    page = friend.get("/api/organizations/", params={"search": clubs[0]["title"]})

    assert [row["id"] for row in page.json()["results"]] == [clubs[0]["id"]]


def test_organizations_id_shows_one(clubs, friend):
    answer = friend.get(f"/api/organizations/{clubs[1]['id']}")

    assert (answer.status_code, answer.json()["title"]) == (200, clubs[1]["title"])
    assert friend.get(f"/api/organizations/{10**15}").status_code == 404


# --- Events -----------------------------------------------------------------------


@pytest.mark.slow
def test_events_create_publishes_with_its_organizations(evening, clubs, friend):
    shown = friend.get(f"/api/events/{evening.full}").json()

    assert shown["status"] == "published"
    assert [o["id"] for o in shown["organizations"]] == [club["id"] for club in clubs]


def test_event_needs_a_title(ann):
    answer = ann.post("/api/events/create/", json={"description": "Loud"})

    assert is_refused(answer, "title")


@pytest.mark.slow
def test_event_needs_nothing_else(evening, friend):
    bare = friend.get(f"/api/events/{evening.bare}").json()

    names = ("description", "image", "date", "organizations")
    assert [bare[name] for name in names] == ["", None, None, []]


def test_image_is_a_picture_file(ann):
    text = {"image": ("fest.png", b"This is no picture.", "image/png")}

    answer = ann.post("/api/events/create/", data={"title": "Fest"}, files=text)

    assert is_refused(answer, "image")


@pytest.mark.slow
def test_date_is_a_date_or_an_instant(evening, ann, friend):
    dates = [
        friend.get(f"/api/events/{event}").json()["date"]
        for event in (evening.full, evening.late)
    ]
    nonsense = ann.post("/api/events/create/", json={"title": "Fest", "date": "soon"})

    assert dates[0] == "2026-12-23T18:45:00Z"
    assert dates[1].startswith("2026-12-24")
    assert is_refused(nonsense, "date")


def test_organizations_are_a_list_of_dicts(ann):
    answers = [
        ann.post("/api/events/create/", json={"title": "Fest", "organizations": given})
        for given in ([{"id": 10**15}], [5], "all")
    ]

    assert all(is_refused(answer, "organizations") for answer in answers)


@pytest.mark.parametrize(
    "write",
    [
        lambda given: {"organizations": json.dumps([{"id": given}])},
        lambda given: {"organizations[0]id": given},
        lambda given: {"organizations[0].id": given},
        lambda given: {"organizations[0][id]": given},
    ],
    ids=["JSON text", "[0]id", "[0].id", "[0][id]"],
)
def test_lists_in_forms_are_not_lost(ann, clubs, write):
    """Scheduled events are enough: their creator reads them."""
    fest = {"title": f"Form {uuid4().hex}", **write(clubs[1]["id"])}

    answer = ann.post(
        "/api/events/create/", files={n: (None, str(v)) for n, v in fest.items()}
    )

    event = ann.get(answer.json()["url"]).json()
    ann.delete(answer.json()["url"])
    assert [o["id"] for o in event["organizations"]] == [clubs[1]["id"]]


def test_form_that_is_not_understood_is_refused(ann):
    answer = ann.post("/api/events/create/", data={"title": "Fest", "organization": 1})

    assert is_refused(answer, "organization")


@pytest.mark.slow
@difference("list-limits")
def test_events_lists_those_that_are_registered(evening, friend):
    assert {evening.full, evening.late, evening.bare} == {*found(friend, evening)}
    pages = [
        friend.get("/api/events/", params=asked)
        for asked in ({}, {"limit": 100}, {"limit": 101})
    ]
    assert [page.status_code for page in pages[:2]] == [200, 200]
    assert len(pages[0].json()["results"]) <= 20
    assert is_refused(pages[2], "limit") or len(pages[2].json()["results"]) <= 100


@pytest.mark.slow
def test_search_is_of_the_title(evening, friend):
    assert found(friend, evening, search=f"{evening.title} LATE") == [evening.late]
    assert found(friend, evening, search="Loud " + evening.title) == []


@pytest.mark.slow
def test_ordering_is_by_date(evening, friend):
    dated = {"date__gte": "2026-12-01"}

    assert found(friend, evening, ordering="date", **dated) == [
        evening.full, evening.late
    ]  # fmt: skip
    assert found(friend, evening, ordering="-date", **dated) == [
        evening.late, evening.full
    ]  # fmt: skip


@pytest.mark.slow
def test_limit_bounds_a_page(evening, friend):
    asked = {"search": evening.title, "limit": 1}

    page = friend.get("/api/events/", params=asked).json()

    assert (page["count"], len(page["results"]), page["previous"]) == (3, 1, None)
    ids = [page["results"][0]["id"]]
    while page["next"]:
        page = friend.get(page["next"]).json()
        ids += [event["id"] for event in page["results"]]
    assert sorted(ids) == sorted([evening.full, evening.late, evening.bare])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "data", "expected"),
    [
        ("date", "2026-12-23", ["full"]),
        ("date", "2026-12-24", ["late"]),
        ("date__gte", "2026-12-24", ["late"]),
        ("date__lte", "2026-12-23T18:45:00Z", ["full"]),
        ("date__lte", "2026-12-24", ["full", "late"]),
    ],
)
def test_filter_methods_are_date_gte_and_lte(evening, friend, method, data, expected):
    ids = found(friend, evening, ordering="date", **{method: data})

    assert ids == [getattr(evening, name) for name in expected]


def test_filter_data_is_a_date(friend):
    for method in ("date", "date__gte", "date__lte"):
        answer = friend.get("/api/events/", params={method: "soon"})
        assert is_refused(answer, method)


@pytest.mark.slow
def test_events_id_shows_one(evening, friend):
    shown = friend.get(f"/api/events/{evening.late}")

    assert (shown.status_code, shown.json()["title"]) == (200, f"{evening.title} late")
    assert friend.get(f"/api/events/{10**15}").status_code == 404


# --- The chat ---------------------------------------------------------------------


class Talker:
    """A socket, and whose it is. Once the server has welcomed it, it misses nothing."""

    def __init__(self, person: Person, socket: ClientConnection) -> None:
        self.person, self.socket = person, socket
        self.welcome = json.loads(socket.recv(timeout=PATIENCE_S))


@pytest.fixture
def talk(service: Service) -> Iterator[Callable[..., Talker]]:
    """Open a socket as the document has it: the JWT in the authorization header."""
    with ExitStack() as stack:

        def opened(person: Person, authorization: str | None = None) -> Talker:
            header = authorization or person.headers["Authorization"]
            url = httpx.URL(service.url).copy_with(scheme="ws", path="/ws/chat/")
            socket = connect(str(url), additional_headers={"authorization": header})
            return Talker(person, stack.enter_context(socket))

        yield opened


def say(talker: Talker, **frame: Any) -> None:
    talker.socket.send(json.dumps(frame))


def heard(talker: Talker, text: str) -> dict[str, Any]:
    """The frame with this message."""
    while True:
        frame = json.loads(talker.socket.recv(timeout=PATIENCE_S))
        if frame["type"] == "message.new" and frame["message"] == text:
            return frame


def history(person: Person) -> list[str]:
    rooms = person.get("/api/chat/rooms/").json()["results"]
    lobby = next(room["id"] for room in rooms if room["kind"] == "lobby")
    page = person.get(f"/api/chat/rooms/{lobby}/messages/").json()
    return [message["message"] for message in page["results"]]


@difference("chat-has-history")
def test_chat_keeps_a_history(talk, people):
    one, other = talk(people.voter()), people.voter()
    text = f"Hello {uuid4().hex}"
    say(one, message=text)
    heard(one, text)

    assert text in history(other)


def test_chat_is_in_real_time(talk, people):
    one, other = talk(people.voter()), talk(people.voter())
    texts = [f"{n} {uuid4().hex}" for n in range(3)]

    for text in texts:
        say(one, message=text)
        heard(other, text)  # before the next one is said


def test_chat_is_at_ws_chat(talk, people):
    talker = talk(people.voter())

    assert talker.welcome["type"] == "welcome"
    assert talker.welcome["user"]["id"] == talker.person.id


def test_chat_takes_the_jwt_in_the_authorization_header(talk, people):
    person = people.voter()
    bare = person.headers["Authorization"].removeprefix("Bearer ")

    for header in (bare, f"Bearer {bare}"):
        assert talk(person, header).welcome["user"]["id"] == person.id
    with pytest.raises(InvalidStatus, match="403"):
        talk(person, f"{bare[:-3]}abc")


def test_chat_speaks_json(talk, people):
    talker = talk(people.voter())

    talker.socket.send("Hello")
    say(talker, type="ping")

    frames = [json.loads(talker.socket.recv(timeout=PATIENCE_S)) for _ in range(2)]
    assert [frame["type"] for frame in frames] == ["error", "pong"]
