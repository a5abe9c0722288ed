"""Staff may by API what their permissions allow in the admin, and nothing else."""

import re
import subprocess
from dataclasses import dataclass

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.urls import reverse

from events.models import Event, Organization, Role
from matchmaker import staff
from matchmaker.models import Block, Member
from project.settings import BASE_DIR
from tests.events.factories import (
    EventFactory,
    MembershipFactory,
    OrganizationFactory,
    host,
)
from tests.factories import MemberFactory
from tests.staff import staff_who_may
from tests.test_unknown_input import API, methods

pytestmark = pytest.mark.django_db

ID = 10**9  # of nobody else


@dataclass(frozen=True)
class World:
    """What is bob's, and of one id where it is in a path by itself."""

    bob: Member
    eve: Member
    club: Organization
    other: Organization
    event: Event
    scheduled: Event


@pytest.fixture
def world(db) -> World:
    bob = MemberFactory(pk=ID, first_name="Bob", phone_number="+79991234567")
    club = OrganizationFactory(pk=ID)
    MembershipFactory(organization=club, member=bob, role=Role.OWNER)
    MembershipFactory(organization=club, role=Role.OWNER)
    event = EventFactory(pk=ID, creator=bob)
    host(event, club)
    return World(
        bob=bob,
        eve=MemberFactory(),
        club=club,
        other=OrganizationFactory(),
        event=event,
        scheduled=EventFactory(creator=bob, scheduled=True),
    )


@dataclass(frozen=True)
class Door:
    """`needs`: any of these permissions. `refusal`: the status without them."""

    method: str
    path: str
    needs: tuple[str, ...]
    refusal: int
    answer: int
    user: str = ""  # whom the body names
    changes: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.needs[0]}"

    def knock(self, client, world: World) -> int:
        body = dict(self.changes)
        if self.user:
            body["user"] = {"id": getattr(world, self.user).pk}
        path = self.path.format(w=world)
        with transaction.atomic():
            status = getattr(client, self.method)(path, body or None).status_code
            transaction.set_rollback(True)
        return status


NEW = (("title", "New"),)
CLUB = "/api/organizations/{w.club.pk}/"
EVENT = "/api/events/{w.event.pk}/"
HOST = EVENT + "organizations/{w.other.pk}/"
VIEW_MEMBERS = ("matchmaker.view_member", "matchmaker.change_member")
DOORS = [
    Door("delete", "/api/clients/{w.bob.pk}/", ("matchmaker.delete_member",), 403, 204),
    Door("get", "/api/v1/profiles", VIEW_MEMBERS, 403, 200),
    Door("get", "/api/v1/profiles/{w.bob.pk}", VIEW_MEMBERS, 403, 200),
    Door("patch", CLUB, ("events.change_organization",), 403, 200, changes=NEW),
    Door("delete", CLUB, ("events.delete_organization",), 403, 204),
    Door(
        "post", CLUB + "members/", ("events.add_membership",), 403, 200, user="eve"),
    Door(
        "post", CLUB + "members/", ("events.change_membership",), 403, 200, "bob",
        (("role", "member"),),
    ),
    Door(
        "delete", CLUB + "members/", ("events.delete_membership",), 403, 204, "bob",
    ),
    Door(
        "get", "/api/events/{w.scheduled.pk}/",
        ("events.view_event", "events.change_event"), 404, 200,
    ),
    Door("patch", EVENT, ("events.change_event",), 403, 200, changes=NEW),
    Door("delete", EVENT, ("events.delete_event",), 403, 204),
    Door("post", HOST, ("events.change_event",), 403, 200),
    Door("delete", HOST, ("events.change_event",), 403, 204),
    Door(
        "get", "/api/v1/users/{w.bob.pk}/",
        ("referrals.view_referral", "referrals.change_referral"), 404, 200,
    ),
]  # fmt: skip


def everything_but(*permissions: str) -> Member:
    found = MemberFactory(is_staff=True)
    rights = Permission.objects.select_related("content_type")
    found.user_permissions.set(
        right
        for right in rights
        if f"{right.content_type.app_label}.{right.codename}" not in permissions
    )
    return found


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_a_door_opens_to_who_has_its_permission(door, world, signed_in):
    callers = {
        "ordinary": MemberFactory(),
        "powerless": staff_who_may(),
        "with all others": everything_but(*door.needs),
        "no staff any more": staff_who_may(*door.needs),
        "superuser, but no staff": MemberFactory(is_superuser=True),
        "superuser": MemberFactory(is_staff=True, is_superuser=True),
    }
    Member.objects.filter(pk=callers["no staff any more"].pk).update(is_staff=False)
    callers |= {need: staff_who_may(need) for need in door.needs}
    if door.path.startswith("/api/v1/users/"):  # anybody's who is not hidden
        for caller in callers.values():
            Block.objects.create(from_member=world.bob, to_member=caller)

    got = {
        name: door.knock(signed_in(caller), world) for name, caller in callers.items()
    }

    assert got == {
        name: door.answer if name in door.needs or name == "superuser" else door.refusal
        for name in callers
    }


def test_the_group_counts_as_in_the_admin(world, signed_in):
    group = Group.objects.create(name="Organizers")
    group.permissions.set(
        Permission.objects.filter(codename__in=["change_event", "view_member"])
    )
    member = MemberFactory(is_staff=True)
    member.groups.add(group)
    client = signed_in(member)

    assert (
        client.patch(f"/api/events/{world.event.pk}/", {"title": "X"}).json()["title"]
        == "X"
    )
    assert client.get("/api/v1/profiles").status_code == 200
    assert client.delete(f"/api/events/{world.event.pk}/").status_code == 403


BODIES = {
    "patch": {"title": "X"},
    "organization-members": {"user": {"id": 1}},
}


@pytest.mark.parametrize(("path", "pattern"), API)
def test_without_permissions_staff_is_as_anybody(world, signed_in, path, pattern):
    """Every path there is: a new door cannot ask who is staff."""
    path = re.sub("/1(?=/|$)", f"/{world.bob.pk}", path)
    anybody, powerless = MemberFactory(), staff_who_may()
    for method in methods(pattern):
        answers = []
        for caller in (anybody, powerless):
            body = None
            if method != "get":
                body = dict(BODIES.get(pattern.name or "", BODIES.get(method, {})))
                if "user" in body:
                    body["user"] = {"id": world.bob.pk}
            with transaction.atomic():
                response = getattr(signed_in(caller), method)(path, body)
                transaction.set_rollback(True)
            told = response.content if str(world.bob.pk) in path else b""
            answers.append((response.status_code, told))
        assert answers[0] == answers[1], (method, path)


def test_nothing_else_asks_who_is_staff():
    """One module does; others would be forgotten when its rule changes."""
    found = subprocess.run(
        [
            "git", "grep", "-lE", r"is_staff|is_superuser|IsAdminUser|has_perm\(",
            "--", "*.py", ":!tests", ":!*/migrations/*", ":!*/admin/*",
        ],
        cwd=BASE_DIR, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip

    assert set(found) == {
        "matchmaker/staff.py",
        "matchmaker/models/members.py",  # the columns, and what is written to them
        "matchmaker/querysets.py",
        "matchmaker/serializers.py",
        "matchmaker/demo/load.py",
        "matchmaker/demo/sign_ins.py",
        "matchmaker/management/commands/demo.py",
    }


def test_statements_and_members_say_the_same():
    permission = "events.change_event"
    group = Group.objects.create(name="Organizers")
    group.permissions.add(Permission.objects.get(codename="change_event"))
    in_group = MemberFactory(is_staff=True)
    in_group.groups.add(group)
    not_staff = MemberFactory()
    not_staff.groups.add(group)
    people = [
        in_group,
        not_staff,
        staff_who_may(permission),
        staff_who_may("events.delete_event"),
        staff_who_may(permission, is_active=False),
        MemberFactory(is_superuser=True),
        MemberFactory(is_staff=True, is_superuser=True),
    ]

    may = [staff.may(member, permission) for member in people]
    found = {*staff.who_may(permission).values_list("pk", flat=True)}
    either = {
        *staff.who_may(permission, "events.delete_event").values_list("pk", flat=True)
    }

    assert may == [True, False, True, False, False, False, True]
    assert [member.pk in found for member in people] == may
    assert either == found | {people[3].pk}


# --- staff themselves --------------------------------------------------------------


@pytest.mark.parametrize("target", ["ordinary", "staff", "superuser"])
def test_only_superusers_delete_staff(signed_in, target):
    flags = {
        "ordinary": {},
        "staff": {"is_staff": True},
        "superuser": {"is_superuser": True},
    }
    someone = MemberFactory(**flags[target])
    path = f"/api/clients/{someone.pk}/"

    by_staff = signed_in(staff_who_may("matchmaker.delete_member")).delete(path)

    assert by_staff.status_code == (204 if target == "ordinary" else 403)
    if target != "ordinary":
        assert by_staff.json() == {
            "detail": "Only superusers can do this to staff.",
            "code": "permission_denied",
        }
        root = MemberFactory(is_staff=True, is_superuser=True)
        assert signed_in(root).delete(path).status_code == 204
    assert not Member.objects.filter(pk=someone.pk).exists()


def test_staff_reads_the_invitations_of_members_and_superusers_of_all(signed_in):
    someone, colleague = MemberFactory(), MemberFactory(is_staff=True)
    viewer = staff_who_may("matchmaker.view_member")
    root = MemberFactory(is_staff=True, is_superuser=True)

    def seen(who: Member) -> set[int]:
        rows = signed_in(who).get("/api/v1/profiles").json()["results"]
        return {row["user_id"] for row in rows}

    assert seen(viewer) == {someone.pk}
    assert seen(root) == {someone.pk, colleague.pk, viewer.pk, root.pk}
    one = f"/api/v1/profiles/{colleague.pk}"
    assert signed_in(viewer).get(one).status_code == 404
    assert signed_in(root).get(one).status_code == 200


def test_in_the_admin_staff_makes_nobody_a_superuser(client):
    every = staff_who_may()
    every.user_permissions.set(Permission.objects.all())
    group = Group.objects.create(name="Staff")
    every.groups.add(group)
    root = MemberFactory(is_staff=True, is_superuser=True)
    someone = MemberFactory()
    client.force_login(every)

    def page(name: str, pk: int) -> str:
        return reverse(f"admin:{name}", args=[pk])

    for member in (root, every):
        email = member.email
        data = {"email": "taken@example.com", "phone_number": "", "is_superuser": "on"}
        for name in ("matchmaker_member_change", "matchmaker_member_delete"):
            client.post(page(name, member.pk), data | {"post": "yes"})
        client.post(
            page("auth_user_password_change", member.pk),
            {"password1": "correct horse 8", "password2": "correct horse 8"},
        )
        after = Member.objects.get(pk=member.pk)
        assert (after.email, after.password) == (email, member.password)
    client.post(
        page("matchmaker_member_change", someone.pk),
        {"email": someone.email, "is_active": "on", "is_staff": "on",
         "is_superuser": "on", "groups": [group.pk], "location": ""},
    )  # fmt: skip
    someone.refresh_from_db()
    assert (someone.is_staff, someone.is_superuser) == (False, False)
    assert not someone.groups.exists()
    assert (
        client.post(
            page("auth_group_change", group.pk), {"name": "Mine", "permissions": []}
        ).status_code
        == 403
    )
    assert (
        client.post(reverse("admin:auth_group_add"), {"name": "X"}).status_code == 403
    )
    assert not Member.objects.get(pk=every.pk).is_superuser
    client.force_login(root)
    assert client.get(page("auth_group_change", group.pk)).status_code == 200
