"""The cells' numbers are those of the active who do not hide, in every snapshot."""

import random
from threading import Event, Semaphore

import pytest
from django.contrib.gis.geos import Point
from django.db import OperationalError, connection, transaction

from matchmaker import services
from matchmaker.models import Block, Cell, CellChange, Member
from matchmaker.reads import counts
from matchmaker.services import cells
from project.lib.reads.keyset import keyset_statement
from tests.factories import MemberFactory
from tests.threads import at_once, client_of

URL = "/api/clients/"
HERE, THERE = (30.32, 59.94), (30.52, 59.97)

# Of every cell: its number, and its members counted.
WRONG = """
SELECT cell.id, cell.members + coalesce((
    SELECT sum(members) FROM matchmaker_cellchange WHERE cell = cell.id
), 0) AS number, (
    SELECT count(*) FROM matchmaker_member
    WHERE cell = cell.id AND is_active AND visibility = 'everyone'
) AS members
FROM matchmaker_cell cell
"""


def wrong_numbers() -> list[tuple[int, int, int]]:
    """In one snapshot: cells whose number is not that of their members."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({WRONG}) cell WHERE number <> members")
        return cursor.fetchall()


def move(member: Member, place: tuple[float, float] | None) -> None:
    location = place and Point(*place, srid=4326)
    Member.objects.filter(pk=member.pk).update(location=location)


def number_at(member: Member) -> int:
    cell = Member.objects.get(pk=member.pk).cell
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT number FROM ({WRONG}) cell WHERE id = %s", [cell])
        return cursor.fetchone()[0]


@pytest.mark.parametrize("is_added_up", [False, True])
def test_numbers_follow_every_path(db, is_added_up):
    def step(expected: int) -> None:
        if is_added_up:
            services.add_up_cell_changes()
            assert not CellChange.objects.exists()
        assert wrong_numbers() == []
        assert number_at(eve) == expected

    eve = MemberFactory(lon=HERE[0], lat=HERE[1])
    step(1)
    Member.objects.bulk_create(
        Member(email=f"b{i}@example.com", location=Point(*HERE, srid=4326))
        for i in range(5)
    )
    Member.objects.bulk_create([Member(email="nowhere@example.com")])
    MemberFactory(lon=HERE[0], lat=HERE[1], is_active=False)
    MemberFactory(lon=HERE[0], lat=HERE[1], visibility="hidden")
    step(6)
    others = Member.objects.filter(email__startswith="b")
    others.update(is_active=False)
    step(1)
    others.update(is_active=True)
    step(6)
    others.filter(email="b0@example.com").delete()
    step(5)
    others.update(visibility="hidden")
    step(1)
    others.filter(email="b1@example.com").update(is_active=False)
    others.filter(email="b2@example.com").delete()
    step(1)
    others.update(visibility="everyone")
    step(3)
    others.update(is_active=True)
    MemberFactory(lon=HERE[0], lat=HERE[1])
    step(5)
    for place, number in ((THERE, 1), (HERE, 5), (THERE, 1)):
        move(eve, place)
        step(number)
    move(eve, None)
    assert wrong_numbers() == []


def test_empty_table_has_no_numbers(transactional_db):
    MemberFactory(lon=HERE[0], lat=HERE[1])
    services.add_up_cell_changes()
    MemberFactory(lon=HERE[0], lat=HERE[1])

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE matchmaker_member CASCADE")

    assert set(Cell.objects.values_list("members", flat=True)) == {0}
    assert not CellChange.objects.exists()


@pytest.mark.parametrize("hidden_max", [counts.HIDDEN_MAX, 1])
def test_count_is_without_whom_the_viewer_may_not_see(
    ann, as_ann, monkeypatch, hidden_max
):
    """Both ways, once however often, and only in the circle; and without oneself."""
    monkeypatch.setattr(counts, "HIDDEN_MAX", hidden_max)
    keyset_statement.cache_clear()
    near = [MemberFactory(lon=HERE[0], lat=HERE[1]) for _ in range(6)]
    far = MemberFactory(lon=10, lat=50)
    for one, other in (
        (ann, near[0]), (near[0], ann), (near[1], ann), (ann, near[2]), (ann, far)
    ):  # fmt: skip
        Block.objects.create(from_member=one, to_member=other)
    Member.objects.filter(pk=near[2].pk).update(is_active=False)
    Member.objects.filter(pk__in=[near[1].pk, ann.pk]).update(visibility="hidden")

    bodies = [as_ann.get(URL, {"distance": km}).json() for km in (10, 20_000)]
    keyset_statement.cache_clear()

    assert [body["count"] for body in bodies] == [3, 3]
    assert [len(body["results"]) for body in bodies] == [3, 3]


def test_count_follows_a_move_before_it_is_added_up(ann, as_ann):
    eve = MemberFactory(lon=HERE[0], lat=HERE[1])
    services.add_up_cell_changes()

    def count() -> int:
        return as_ann.get(URL, {"distance": 5}).json()["count"]

    seen = [count()]
    for place in (THERE, HERE, None):
        move(eve, place)
        seen.append(count())

    assert seen == [1, 0, 1, 0]


def test_cell_that_everybody_left_comes_back(ann, as_ann):
    eve = MemberFactory(lon=THERE[0], lat=THERE[1])
    for place in (None, THERE):
        services.add_up_cell_changes()
        move(eve, place)

    assert as_ann.get(URL, {"distance": 50}).json()["count"] == 1


def test_many_changes_are_added_up_in_portions(db, monkeypatch):
    monkeypatch.setattr(cells, "CHANGES_MAX", 2)
    for place in (HERE, HERE, THERE, HERE, THERE):
        MemberFactory(lon=place[0], lat=place[1])

    services.add_up_cell_changes()

    assert not CellChange.objects.exists()
    assert sorted(Cell.objects.values_list("members", flat=True)) == [2, 3]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_if_adding_up_is_killed_in_the_middle():
    for _ in range(3):
        MemberFactory(lon=HERE[0], lat=HERE[1])

    @transaction.atomic
    def adding_up() -> None:
        services.add_up_cell_changes()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(OperationalError):
        at_once(adding_up)

    assert CellChange.objects.count() == 3
    assert wrong_numbers() == []
    services.add_up_cell_changes()
    assert set(Cell.objects.values_list("members", flat=True)) == {3}


@pytest.mark.django_db(transaction=True)
def test_numbers_are_right_in_every_snapshot_while_members_move():
    """To and fro between two cells at once, away, hidden, back, deleted, and added up.

    And so is the count of a viewer who blocks meanwhile: the page has all of them.
    """
    places = (HERE, THERE)
    members = [MemberFactory(lon=HERE[0], lat=HERE[1]) for _ in range(12)]
    doomed = [MemberFactory(lon=THERE[0], lat=THERE[1]) for _ in range(4)]
    viewer = MemberFactory(lon=HERE[0], lat=HERE[1])
    is_over = Event()
    movers_left = Semaphore(0)

    def moving(number: int) -> list:
        dice = random.Random(number)
        mine = members[number::4]
        for step in range(25):
            with transaction.atomic():  # several in one transaction, in any order
                for member in dice.sample(mine, len(mine)):
                    move(member, places[(step + number) % 2])
            member = dice.choice(mine)
            Member.objects.filter(pk=member.pk).update(is_active=False)
            Member.objects.filter(pk=member.pk).update(is_active=True)
            services.update_profile(member, visibility="hidden")
            services.update_profile(member, visibility="everyone")
        client_of(doomed[number]).delete(f"{URL}me/")
        return wrong_numbers()

    def mover(number: int) -> list:
        try:
            return moving(number)
        finally:
            movers_left.release()

    def waiting() -> list:
        for _ in range(4):
            movers_left.acquire()
        is_over.set()
        return []

    def adding_up() -> list:
        while not is_over.is_set():
            services.add_up_cell_changes()
        return wrong_numbers()

    def looking() -> list:
        wrong = []
        while not is_over.is_set():
            wrong += wrong_numbers()
        return wrong

    def viewing() -> list:
        client, wrong = client_of(viewer), []
        while not is_over.is_set():
            client.post(f"{URL}{members[0].pk}/block/")
            for km in (5, 50):
                body = client.get(URL, {"distance": km, "page_size": 100}).json()
                if body["count"] != len(body["results"]):
                    wrong.append(body)
            client.delete(f"{URL}{members[0].pk}/block/")
        return wrong

    found = at_once(
        *(lambda n=n: mover(n) for n in range(4)),
        *(waiting, adding_up, adding_up, looking, viewing),
    )

    assert found == [[]] * 9
    services.add_up_cell_changes()
    assert not CellChange.objects.exists()
    assert wrong_numbers() == []
    assert not Member.objects.filter(pk__in=[one.pk for one in doomed]).exists()
    assert sum(Cell.objects.values_list("members", flat=True)) == 13
