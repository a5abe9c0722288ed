"""The newest members are found where they all hide, whatever PostgreSQL knows."""

import pytest
from django.db import connection

from matchmaker.models import Member
from tests.bulk import add_members
from tests.plans import forget_statistics, plan_of, remove_everybody

MEMBERS, HIDING = 20_000, 10_000
PAGE = 20


@pytest.fixture(scope="module")
def hiding(django_db_setup, django_db_blocker):
    """The newer half of all members hides after PostgreSQL has looked."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        add_members(MEMBERS)
        cursor.execute("VACUUM ANALYZE")
        newer = Member.objects.order_by("-pk")[:HIDING].values_list("pk", flat=True)
        Member.objects.filter(pk__in=[*newer]).update(visibility="hidden")
        yield
        remove_everybody()


@pytest.mark.parametrize("knowledge", ["analysed before", "never analysed", "analysed"])
def test_newest_first_reads_none_who_hide(hiding, as_ann, knowledge):
    if knowledge == "never analysed":
        forget_statistics("matchmaker_member")
    elif knowledge == "analysed":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE matchmaker_member")

    # The count stops at its cap in whatever order is cheapest.
    indexes, _scanned = plan_of(as_ann, "/api/clients/", {"page_size": PAGE})

    assert "member_listed" in indexes
    assert "matchmaker_member_pkey" not in indexes
