"""The documents of sign-in by phone, invitations and referrals, request by request.

SEED_URL=http://… plays them against a service that runs and tells its codes, `make
run`'s say.
"""

import os
import random
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.live.conftest import Server, daphne
from tests.live.wire import PASSWORD, new_email

INVITE_CODE = re.compile(r"[A-Z0-9]{6}")
FIVE_MINUTES_S = 300

# A client that nobody has signed in with, and that remembers its own cookies.
NewClient = Callable[[], httpx.Client]
Play = Callable[[NewClient], None]


def new_phone() -> str:
    """As the voting system writes it: ten digits."""
    return f"9{random.randrange(10**9):09}"


def is_refused(response: httpx.Response, field: str) -> bool:
    return response.status_code == 400 and response.json().keys() == {field}


# --- users_voting -----------------------------------------------------------------


def play_voting(new_client: NewClient) -> None:
    """Who comes in by phone chooses one other, once for ever."""
    anonymous = new_client()
    assert anonymous.get("/docs").status_code == 200
    assert anonymous.get("/redoc").status_code == 200
    assert anonymous.get("/api/v1/profiles/me").status_code == 401
    phones = [new_phone() for _ in range(3)]
    ann, bob, eve = (voter(new_client(), phone) for phone in phones)
    profiles = [client.get("/api/v1/profiles/me").json() for client in (ann, bob, eve)]
    for phone, profile in zip(phones, profiles, strict=True):
        assert profile == {
            "user_id": profile["user_id"],
            "phone": phone,
            "invite_code": profile["invite_code"],
            "invitations": [],
            "activated_invite": None,
        }
        assert INVITE_CODE.fullmatch(profile["invite_code"])
    codes = [profile["invite_code"] for profile in profiles]
    assert len({*codes}) == 3

    assert is_refused(vote(ann, codes[0]), "activated_invite")  # oneself
    assert is_refused(vote(ann, "NOBODY"), "activated_invite")
    assert vote(bob, codes[0]).json() == {**profiles[1], "activated_invite": codes[0]}
    assert is_refused(vote(bob, codes[2]), "activated_invite")  # the first one stays
    assert vote(bob, codes[0]).status_code == 200  # said again
    assert vote(eve, codes[0]).status_code == 200
    chosen = ann.get("/api/v1/profiles/me").json()
    assert sorted(chosen["invitations"]) == sorted(phones[1:])

    signed_in_again = voter(new_client(), phones[1]).get("/api/v1/profiles/me").json()
    assert signed_in_again == {**profiles[1], "activated_invite": codes[0]}
    assert ann.get("/api/v1/profiles").status_code == 403


def voter(client: httpx.Client, phone: str) -> httpx.Client:
    """Sign in: the code alone, which the same client's cookie binds to the phone."""
    older = client.post("/api/auth/signup", json={"phone": phone}).json()
    sent = client.post("/api/auth/signup", json={"phone": phone})
    code = sent.json()["code"]
    assert sent.status_code == 200
    assert sent.json() == {"code": code, "expires_in": FIVE_MINUTES_S}
    assert re.fullmatch("[0-9]{4}", code)
    assert "HttpOnly" in sent.headers["Set-Cookie"]
    if older["code"] != code:  # one in ten thousand is
        assert is_refused(
            client.post("/api/auth/login", json={"code": older["code"]}), "code"
        )

    signed_in = client.post("/api/auth/login", json={"code": code})
    used = client.post("/api/auth/login", json={"phone": phone, "code": code})

    assert signed_in.status_code == 200, signed_in.text
    assert is_refused(used, "code")
    client.headers["Authorization"] = f"Bearer {signed_in.json()['token']}"
    return client


def vote(client: httpx.Client, code: str) -> httpx.Response:
    return client.post("/api/v1/profiles/me", json={"activated_invite": code})


# --- Hammer Systems ---------------------------------------------------------------


def play_hammer(new_client: NewClient) -> None:
    """The same with numbers in E.164, a key for the Token header, other names."""
    phones = [f"+7{new_phone()}" for _ in range(2)]
    ann, bob = (hammer(new_client(), phone) for phone in phones)
    assert new_client().get("/api/profile/me/").status_code == 401
    profiles = [client.get("/api/profile/me/").json() for client in (ann, bob)]
    for phone, profile in zip(phones, profiles, strict=True):
        assert profile == {
            "phone_number": phone,
            "invite_code": profile["invite_code"],
            "activated_invite_code": None,
            "invited_users": [],
        }
        assert INVITE_CODE.fullmatch(profile["invite_code"])
    codes = [profile["invite_code"] for profile in profiles]

    activated = activate(bob, codes[0])

    assert activated.status_code == 200
    assert activated.json() == {
        "message": activated.json()["message"],
        "activated_invite_code": codes[0],
    }
    assert is_refused(activate(bob, codes[1]), "invite_code")  # his own
    assert is_refused(activate(ann, "ABC123"), "invite_code")  # as in the document
    assert ann.get("/api/profile/me/").json() == {
        **profiles[0],
        "invited_users": [{"phone_number": phones[1]}],
    }
    assert bob.get("/api/profile/me/").json() == {
        **profiles[1],
        "activated_invite_code": codes[0],
    }


def hammer(client: httpx.Client, phone: str) -> httpx.Client:
    asked = client.post("/api/auth/request_code/", json={"phone_number": phone})
    code = asked.json()["confirmation_code"]
    assert asked.json() == {"confirmation_code": code, "expires_in": FIVE_MINUTES_S}
    proof = {"phone_number": phone, "confirmation_code": code}
    other = {**proof, "confirmation_code": f"{(int(code) + 1) % 10_000:04}"}
    wrong = client.post("/api/auth/auth_code/", json=other)
    assert is_refused(wrong, "confirmation_code")

    signed_in = client.post("/api/auth/auth_code/", json=proof)

    assert signed_in.status_code == 200, signed_in.text
    assert is_refused(
        client.post("/api/auth/auth_code/", json=proof), "confirmation_code"
    )
    client.headers["Authorization"] = f"Token {signed_in.json()['token']}"
    return client


def activate(client: httpx.Client, code: str) -> httpx.Response:
    return client.post("/api/profile/activate_invite/", json={"invite_code": code})


# --- Referal_System ---------------------------------------------------------------


def play_referrals(new_client: NewClient) -> None:
    """Codes that end, sign-up by one or activation later, and whom one has invited."""
    assert new_client().get("/api/v1/schema/docs/").status_code == 200
    referrer, stranger = signed_up(new_client()), signed_up(new_client())
    code = make_code(referrer)
    find_code(stranger, referrer, code)
    bring(new_client(), code)
    activate_later(stranger, code)
    read_referrals(new_client(), referrer, stranger)
    end_code(new_client(), referrer, code)


def signed_up(client: httpx.Client, **more: str) -> httpx.Client:
    """With the client's `email` in its parameters, which nothing else is in."""
    given = {"email": new_email(), "password": PASSWORD, **more}

    response = client.post("/api/v1/auth/signup/", json=given)

    assert response.status_code == 201, response.text
    assert response.json().keys() == {"access", "refresh"}
    client.headers["Authorization"] = f"Bearer {response.json()['access']}"
    return client


def me(client: httpx.Client) -> dict[str, str]:
    return client.get("/api/clients/me/").json()


def make_code(referrer: httpx.Client) -> str:
    own = "/api/v1/users/invite_code/"
    ends = (datetime.now(UTC) + timedelta(days=30)).replace(microsecond=0)
    assert referrer.get(own).status_code == 404
    assert is_refused(referrer.post(own, json={}), "expires_at")
    past = referrer.post(own, json={"expires_at": "2020-01-01T00:00:00Z"})
    assert is_refused(past, "expires_at")

    made = referrer.post(own, json={"expires_at": ends.isoformat()})

    assert made.status_code == 201, made.text
    code = made.json()["invite_code"]
    assert INVITE_CODE.fullmatch(code)
    assert datetime.fromisoformat(made.json()["expires_at"]) == ends
    another = referrer.post(own, json={"expires_at": ends.isoformat()})
    assert (another.status_code, another.json()["code"]) == (409, "invite_code_active")
    assert referrer.get(own).json() == made.json()
    return code


def find_code(stranger: httpx.Client, referrer: httpx.Client, code: str) -> None:
    path = "/api/v1/users/get_invite_code_by_email/"

    found = stranger.post(path, json={"email": me(referrer)["email"]})
    unknown = stranger.post(path, json={"email": new_email()})

    assert (found.status_code, found.json()) == (200, {"invite_code": code})
    assert (unknown.status_code, unknown.json()) == (200, {"invite_code": None})


def bring(client: httpx.Client, code: str) -> None:
    """Sign up by the code, sign in, and stay signed in."""
    refused = {"email": new_email(), "password": PASSWORD, "code_by_inviter": "NOBODY"}
    response = client.post("/api/v1/auth/signup/", json=refused)
    assert is_refused(response, "code_by_inviter")
    credentials = {"email": refused["email"], "password": PASSWORD}
    no_account = client.post("/api/v1/auth/login/", json=credentials)
    assert no_account.status_code == 401

    email = me(signed_up(client, username="Ivy", code_by_inviter=code))["email"]
    del client.headers["Authorization"]
    pair = client.post(
        "/api/v1/auth/login/", json={"email": email, "password": PASSWORD}
    ).json()
    refreshed = client.post(
        "/api/v1/auth/refresh_token/", json={"refresh": pair["refresh"]}
    )

    assert refreshed.status_code == 200
    assert refreshed.json().keys() == pair.keys() == {"access", "refresh"}
    client.headers["Authorization"] = f"Bearer {refreshed.json()['access']}"
    assert me(client)["email"] == email


def activate_later(stranger: httpx.Client, code: str) -> None:
    path = "/api/v1/users/activate_invite_code/"
    assert is_refused(
        stranger.post(path, json={"invite_code": "NOBODY"}), "invite_code"
    )

    activated = stranger.post(path, json={"invite_code": code})

    assert (activated.status_code, activated.json()) == (200, {"invite_code": code})


def read_referrals(
    anonymous: httpx.Client, referrer: httpx.Client, stranger: httpx.Client
) -> None:
    path = f"/api/v1/users/{me(referrer)['id']}/"

    page = referrer.get(path)

    assert page.status_code == 200
    results = page.json()["results"]
    assert [r["first_name"] for r in results] == ["", "Ivy"]
    assert results[0]["id"] == me(stranger)["id"]
    assert {key for r in results for key in r} == {"id", "first_name", "activated_at"}
    assert stranger.get(path).status_code == 404
    assert anonymous.get(path).status_code == 401


def end_code(anonymous: httpx.Client, referrer: httpx.Client, code: str) -> None:
    own = "/api/v1/users/invite_code/"
    late = {"email": new_email(), "password": PASSWORD, "code_by_inviter": code}

    assert referrer.delete(own).status_code == 204

    assert referrer.get(own).status_code == referrer.delete(own).status_code == 404
    refused = anonymous.post("/api/v1/auth/signup/", json=late)
    assert is_refused(refused, "code_by_inviter")
    assert referrer.get(f"/api/v1/users/{me(referrer)['id']}/").json()["count"] == 2


# --- played -----------------------------------------------------------------------

DOCUMENTS = pytest.mark.parametrize("play", [play_voting, play_hammer, play_referrals])


@pytest.fixture(scope="module")
def telling(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory, redis_url: str
) -> Iterator[Server]:
    """A server that tells one-time codes in its answers, as make run's does."""
    folder = tmp_path_factory.mktemp("telling")
    with daphne(folder, REDIS_URL=redis_url, OTP_ECHO="1") as made:
        yield made
        assert not made.errors_since(0)


@pytest.fixture
def clients() -> Iterator[Callable[[str], NewClient]]:
    with ExitStack() as stack:
        yield (
            lambda url: (
                lambda: stack.enter_context(httpx.Client(base_url=url, timeout=60))
            )
        )


@DOCUMENTS
def test_document_is_answered_as_it_says(telling, clients, play: Play):
    play(clients(telling.url))


def test_voting_profiles_are_for_staff(telling, clients, new_key):
    phone = new_phone()
    member = voter(clients(telling.url)(), phone).get("/api/v1/profiles/me").json()
    staff = clients(telling.url)()
    staff.headers["Authorization"] = f"Token {new_key(is_staff=True)}"

    profiles = staff.get("/api/v1/profiles")
    one = staff.get(f"/api/v1/profiles/{member['user_id']}")

    assert (profiles.status_code, one.status_code) == (200, 200)
    assert member in profiles.json()["results"]
    assert one.json() == member


@pytest.mark.skipif("SEED_URL" not in os.environ, reason="SEED_URL names no service")
@DOCUMENTS
def test_document_is_answered_so_by_a_service_that_runs(clients, play: Play):
    play(clients(os.environ["SEED_URL"]))
