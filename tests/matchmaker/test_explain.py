"""Which index answers what, at 100,000 members, by PostgreSQL's own word."""

import json

import pytest
from django.db import connection

from matchmaker.models import Member
from tests.bulk import add_members
from tests.plans import plan_of, remove_everybody

MEMBERS = 100_000


@pytest.fixture(scope="module")
def hundred_thousand(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        add_members(MEMBERS)
        cursor.execute("ANALYZE")
        yield
        remove_everybody()


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ({"distance": 10}, {"cell_point", "member_cell"}),
        ({"distance": 10, "gender": "male"}, {"cell_point", "member_cell"}),
        ({"in_bbox": "-170.01,-55.1,-169.9,-54.9"}, {"member_public_box"}),
        ({"in_bbox": "170.01,-55.1,-169.95,-54.9"}, {"member_public_box"}),
        ({"first_name": "irst4321"}, {"member_first_name"}),
        ({"last_name": "LAST6543"}, {"member_last_name"}),
    ],
    ids=lambda value: str(sorted(value)),
)
def test_filter_uses_its_index(hundred_thousand, ann, as_ann, query, index):
    Member.objects.filter(pk=ann.pk).update(location="SRID=4326;POINT(-170.05 -54.95)")

    indexes, scanned = plan_of(as_ann, "/api/clients/", query)

    assert index <= indexes, json.dumps(sorted(filter(None, indexes)))
    assert not scanned & {"matchmaker_member", "matchmaker_cell"}


@pytest.mark.parametrize(
    ("query", "index"),
    [({"distance": 20000}, "cell_point"), ({}, "member_listed")],
    ids=str,
)
def test_whole_list_is_read_in_order_from_its_index(
    hundred_thousand, ann, as_ann, query, index
):
    # The count stops at its cap in whatever order is cheapest: no index needed.
    indexes, _scanned = plan_of(as_ann, "/api/clients/", query)

    assert index in indexes
