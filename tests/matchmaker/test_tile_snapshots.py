"""Tiles are exact in every snapshot, whoever moves and adds up meanwhile."""

from functools import partial
from threading import Event, Semaphore

import pytest
from django.contrib.gis.geos import Point
from django.db import connection, transaction

from matchmaker import services
from matchmaker.models import Member
from tests.factories import MemberFactory
from tests.matchmaker.test_tiles import HERE, THERE, WRONG
from tests.threads import at_once, client_of
from tests.tiles import read


@pytest.mark.django_db(transaction=True)
def test_counts_are_right_in_every_snapshot_while_members_move():
    """To and fro across the world, in bulk and alone, added up all the while."""
    members = [MemberFactory(lon=HERE[0], lat=HERE[1]) for _ in range(12)]
    viewer = MemberFactory(lon=HERE[0], lat=HERE[1])
    movers, over = 3, Event()
    left = Semaphore(0)

    def moving(number: int) -> list[int]:
        mine = [member.pk for member in members[number::movers]]
        try:
            for step in range(20):
                location = Point(*(THERE, HERE)[step % 2], srid=4326)
                with transaction.atomic():
                    Member.objects.filter(pk__in=mine).update(location=location)
                Member.objects.filter(pk=mine[0]).update(location=location)
        finally:
            left.release()
        return []

    def waiting() -> list[int]:
        for _ in range(movers):
            left.acquire()
        over.set()
        return []

    def adding_up() -> list[int]:
        while not over.is_set():
            services.add_up_cell_changes()
        return []

    def looking() -> list[int]:
        client, wrong = client_of(viewer), []
        while not over.is_set():
            features = read(client, "members", 0, 0, 0)
            count = sum(each.count for each in features)
            if count != len(members):
                wrong.append(count)
        return wrong

    jobs = [partial(moving, number) for number in range(movers)]
    found = at_once(*jobs, waiting, adding_up, adding_up, looking, looking)

    assert found == [[]] * 8
    services.add_up_cell_changes()
    with connection.cursor() as cursor:
        cursor.execute(WRONG)
        assert cursor.fetchall() == []
