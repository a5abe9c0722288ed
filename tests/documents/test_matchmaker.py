"""Matchmaker's document: members, avatars, sympathy, distances."""

import math
from io import BytesIO

import httpx
import pytest
from PIL import Image, ImageChops

from tests.documents.people import (
    SIGN_UP,
    People,
    Person,
    is_refused,
    new_email,
    new_name,
)
from tests.harness.requests import PASSWORD
from tests.harness.waiting import wait_until

# Near the middle of Saint Petersburg, and what is how far from it.
HERE, NEAR, FAR = (30.3158, 59.9391), (30.36, 59.93), (37.6176, 55.7558)
EARTH_RADIUS_KM = 6371.0088
CELL_KM = 1.15  # how far a public point may be from its member, and a little
SPHERE_ERROR = 0.006  # of the earth's shape, which great circles do not know

difference = pytest.mark.difference


def profile(**more: str) -> dict[str, str]:
    names = {"first_name": new_name(), "last_name": new_name(), "gender": "female"}
    return names | more


def photo() -> dict[str, tuple[str, bytes, str]]:
    out = BytesIO()
    Image.new("RGB", (400, 400), "teal").save(out, "PNG")
    return {"avatar": ("me.png", out.getvalue(), "image/png")}


def at(place: tuple[float, float]) -> dict[str, float]:
    return {"longitude": place[0], "latitude": place[1]}


def great_circle_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The haversine formula, which the document's link leads to."""
    (lon1, lat1), (lon2, lat2) = ([math.radians(x) for x in p] for p in (one, other))
    chord = math.sin((lat2 - lat1) / 2) ** 2 + (
        math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(chord))


def register(people: People, path: str) -> tuple[Person, httpx.Response]:
    """Sign up with all that the document names, as a form, and sign in."""
    person = people.nobody()
    person.email = new_email()
    person.sent = {"email": person.email, "password": PASSWORD, **profile()}
    answer = person.post(path, data=person.sent, files=photo())
    assert answer.status_code == 201, answer.text
    key = person.post("/api/auth/token/login/", json=credentials(person)).json()
    person.use_token(key["auth_token"])
    return person, answer


def credentials(person: Person) -> dict[str, str]:
    return {"email": str(person.email), "password": PASSWORD}


def like(who: Person, whom: Person) -> httpx.Response:
    return who.post(f"/api/clients/{whom.id}/match/")


def named(client: Person, **filters: object) -> list[str]:
    """First names of the list's page."""
    page = client.get("/api/list", params=filters)
    assert page.status_code == 200, page.text
    return [row["first_name"] for row in page.json()["results"]]


@pytest.fixture(scope="module")
def registered(people) -> tuple[Person, httpx.Response]:
    return register(people, SIGN_UP)


@pytest.fixture(scope="module")
def ann(registered) -> Person:
    """Signed up at clients/create; likes bob, who likes her."""
    return registered[0]


@pytest.fixture(scope="module")
def bob(people) -> Person:
    """Signed up at clients/."""
    return register(people, "/api/clients/")[0]


@pytest.fixture(scope="module")
def likes(ann, bob) -> tuple[httpx.Response, httpx.Response]:
    """What the first of the two likes is answered, and the one that makes a match."""
    return like(ann, bob), like(bob, ann)


@pytest.fixture(scope="module")
def family(people) -> dict[str, Person]:
    """Three people of one last name: here, near and far."""
    last_name = new_name()
    places = {"here": HERE, "near": NEAR, "far": FAR}
    return {
        name: people.by_phone(
            **at(place),
            first_name=f"{name.title()} {last_name}",
            last_name=last_name,
            gender="male" if name == "far" else "female",
        )
        for name, place in places.items()
    }


@pytest.fixture(scope="module")
def last_name(family) -> str:
    return family["here"].me()["last_name"]


# --- The task ---------------------------------------------------------------------


def test_member_has_avatar_gender_names_and_email(registered):
    ann, answer = registered

    shown = answer.json()

    given = {name: value for name, value in ann.sent.items() if name != "password"}
    assert {name: shown[name] for name in given} == given
    assert ann.get(shown["avatar"]).headers["Content-Type"] == "image/jpeg"


def test_clients_create_registers_a_member(registered):
    ann, answer = registered

    assert answer.status_code == 201
    assert answer.request.url.path == "/api/clients/create"
    assert answer.json()["id"] == ann.id


def test_password_is_of_the_account_and_never_answered(ann, nobody):
    wrong = nobody.post(
        "/api/user/sign-in/", json={"email": ann.email, "password": "not hers 1"}
    )
    right = nobody.post("/api/user/sign-in/", json=credentials(ann))

    assert (wrong.status_code, right.status_code) == (401, 200)
    assert "password" not in ann.me()


def test_avatar_carries_a_watermark(registered):
    ann, answer = registered
    plain = Image.new("RGB", (400, 400), "teal")

    stored = Image.open(BytesIO(ann.get(answer.json()["avatar"]).content))

    changes = ImageChops.difference(stored, plain).convert("L")
    left, top, _right, _bottom = changes.point(lambda v: 255 * (v > 40)).getbbox()
    assert stored.size == plain.size
    assert min(left, top) > 200  # in the lower right quarter


@difference("likes-by-post")
def test_clients_id_match_likes(people):
    one, other = people.by_phone(), people.by_phone()
    path = f"/api/clients/{other.id}/match/"

    answer = one.post(path)

    assert answer.status_code == 201
    assert answer.json() == {"liked": True, "matched": False}
    assert one.get(path).json() == answer.json()


@difference("email-when-mutual")
def test_mutual_sympathy_answers_the_email(ann, likes):
    first, mutual = likes

    assert first.json() == {"liked": True, "matched": False}
    assert mutual.json() == {"liked": True, "matched": True, "email": ann.email}


def test_mutual_sympathy_mails_both(ann, bob, likes, mailbox):
    wait_until(lambda: mailbox(ann.email) and mailbox(bob.email))

    for reader, other in ((ann, bob), (bob, ann)):
        name = other.sent["first_name"]
        assert [text.strip() for text in mailbox(reader.email)] == [
            f"Вы понравились {name}! Почта участника: {other.email}"
        ]


def test_list_of_members(ann):
    page = ann.get("/api/list")

    assert page.status_code == 200
    assert {"count", "next", "previous", "results"} <= page.json().keys()


def test_list_is_filtered_by_gender(family, last_name):
    here = family["here"]

    male = named(here, last_name=last_name, gender="male")

    assert male == [f"Far {last_name}"]
    assert is_refused(here.get("/api/list", params={"gender": "x"}), "gender")


def test_list_is_filtered_by_first_name(family, last_name):
    assert named(family["here"], first_name=f"near {last_name}".upper()) == [
        f"Near {last_name}"
    ]


def test_list_is_filtered_by_last_name(family, last_name):
    found = named(family["here"], last_name=last_name[1:-1].upper())

    assert sorted(found) == [f"Far {last_name}", f"Near {last_name}"]


@difference("distance-to-cell")
def test_distance_between_members_is_told(family):
    near = family["here"].get(f"/api/clients/{family['near'].id}/").json()

    exact_km = great_circle_km(HERE, NEAR)
    assert 0 < abs(near["distance_km"] - exact_km) < CELL_KM + exact_km * SPHERE_ERROR


@difference("location-as-geojson")
def test_longitude_and_latitude_are_fields(people):
    member = people.by_phone(**at(HERE))

    point = {"type": "Point", "coordinates": [*HERE]}
    assert member.me()["location"] == point


def test_list_is_filtered_by_distance_from_the_caller(family, last_name):
    here = family["here"]

    within_km = {
        radius: named(here, last_name=last_name, distance=radius)
        for radius in (1, 10, 1000)
    }

    near, far = f"Near {last_name}", f"Far {last_name}"
    assert within_km == {1: [], 10: [near], 1000: [near, far]}


def test_distance_is_along_the_great_circle(family):
    far = family["here"].get(f"/api/clients/{family['far'].id}/").json()

    expected = great_circle_km(HERE, FAR)
    assert far["distance_km"] == pytest.approx(
        expected, abs=CELL_KM + expected * SPHERE_ERROR
    )


@difference("no-hosted-instance")
def test_all_can_be_looked_at_and_tried(nobody):
    paths = nobody.get("/swagger.json").json()["paths"]

    assert nobody.get("/docs").status_code == 200
    assert {
        f"/api/{path}/"
        for path in (
            "auth/token/login", "auth/token/logout", "clients", "clients/{id}",
            "clients/create", "clients/set_password", "clients/me",
            "clients/{id}/match", "list",
        )
    } <= paths.keys()  # fmt: skip


# --- The description --------------------------------------------------------------


def test_authtoken_authenticates(people, ann):
    own = people.nobody()
    key = own.post("/api/auth/token/login/", json=credentials(ann)).json()

    own.use_token(key["auth_token"])

    assert own.id == ann.id


@difference("likes-by-post")
def test_logout_ends_the_token(people):
    member = people.by_phone()

    answer = member.post("/api/auth/token/logout/")

    assert answer.status_code == 204
    assert member.get("/api/clients/me/").status_code == 401


# --- Registration -----------------------------------------------------------------


def test_registration_at_clients_takes_the_six_fields(bob):
    shown = bob.me()

    names = ("email", "first_name", "last_name", "gender")
    assert {name: shown[name] for name in names} == {n: bob.sent[n] for n in names}
    assert shown["avatar"]


def test_registration_needs_them_all(nobody):
    empty = nobody.post(SIGN_UP, data={"email": ""})

    assert is_refused(
        empty, "email", "first_name", "last_name", "gender", "avatar", "password"
    )


def test_login_takes_email_and_password(nobody, ann):
    path = "/api/auth/token/login/"

    assert is_refused(nobody.post(path, json={}), "email", "password")
    wrong = {"email": ann.email, "password": "not hers 1"}
    assert is_refused(nobody.post(path, json=wrong), "non_field_errors")


def test_login_answers_the_authtoken(nobody, ann):
    answer = nobody.post("/api/auth/token/login/", json=credentials(ann))

    assert answer.status_code == 200
    assert answer.json().keys() == {"auth_token"}


# --- The API ----------------------------------------------------------------------


def test_prefix_is_api(ann):
    assert ann.get("/api/clients/me/").status_code == 200
    assert ann.get("/clients/me/").status_code == 404


def test_auth_token_login_post(nobody, ann):
    answer = nobody.post("/api/auth/token/login/", data=credentials(ann))  # a form

    assert answer.json().keys() == {"auth_token"}


@difference("likes-by-post")
def test_auth_token_logout_get(people):
    member = people.by_phone()

    answer = member.get("/api/auth/token/logout/")

    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST, OPTIONS")
    assert member.get("/api/clients/me/").status_code == 200  # nobody was signed out


def test_clients_get(family, last_name):
    page = family["here"].get("/api/clients/", params={"last_name": last_name})

    assert page.json()["count"] == 2


def test_clients_id_get(family):
    near = family["near"]

    shown = family["here"].get(f"/api/clients/{near.id}/").json()

    assert shown["first_name"] == near.me()["first_name"]
    assert not {"email", "phone_number", "location"} & shown.keys()


@difference("deletion-by-staff")
def test_clients_id_delete(people, staff):
    one, other = people.by_phone(), people.by_phone()
    path = f"/api/clients/{other.id}/"

    by_another, by_staff = one.delete(path), staff.delete(path)

    assert (by_another.status_code, by_staff.status_code) == (403, 204)
    assert other.get("/api/clients/me/").status_code == 401
    assert one.delete("/api/clients/me/").status_code == 204  # everybody may go


def test_clients_create_post(registered, ann, nobody):
    again = nobody.post(
        SIGN_UP, data={**ann.sent, "email": ann.email.upper()}, files=photo()
    )

    assert is_refused(again, "email")


def test_clients_set_password_post(people, nobody):
    member, _answer = people.by_email("/api/user/sign-up/")
    given = {"email": member.email, "password": PASSWORD}
    member.use_jwt(nobody.post("/api/user/sign-in/", json=given).json()["access"])
    change = {"current_password": PASSWORD, "new_password": "another horse 8"}

    answer = member.post("/api/clients/set_password/", json=change)

    assert answer.status_code == 204
    assert member.get("/api/clients/me/").status_code == 401
    signs_in = {
        password: nobody.post(
            "/api/user/sign-in/", json=given | {"password": password}
        ).status_code
        for password in change.values()
    }
    assert [*signs_in.values()] == [401, 200]


def test_clients_me_get(ann):
    assert ann.me()["email"] == ann.email


def test_clients_me_patch(people):
    member = people.by_phone(first_name="Ann")

    answer = member.patch("/api/clients/me/", json={"first_name": "Anna"})

    assert (answer.status_code, answer.json()["first_name"]) == (200, "Anna")
    assert member.me() == answer.json()


@difference("likes-by-post")
def test_clients_id_match_get(people):
    one, other = people.by_phone(), people.by_phone()
    path = f"/api/clients/{other.id}/match/"

    answer = one.get(path)

    assert answer.status_code == 200
    assert answer.json() == {"liked": False, "matched": False}  # and so it stays
    assert one.get(path).json() == answer.json()


def test_clients_id_match_delete(people):
    one, other = people.by_phone(), people.by_phone()
    path = f"/api/clients/{other.id}/match/"
    like(other, one)
    assert like(one, other).json()["matched"]

    answer = one.delete(path)

    assert answer.status_code == 204
    assert one.get(path).json() == {"liked": False, "matched": False}
