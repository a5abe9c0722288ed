"""How many rows are read beside a cell of 10,000 members, whatever PostgreSQL knows."""

import pytest
from django.db import connection

from matchmaker import services
from matchmaker.models import Member
from tests.bulk import TOWN, add_members
from tests.plans import forget_statistics, remove_everybody, rows_read

MEMBERS, CROWD = 20_000, 10_000
PAGE, CELLS = 21, 3_000
TABLES = ("matchmaker_member", "matchmaker_cell", "matchmaker_cellchange")

GATHER = """
UPDATE matchmaker_member SET location = ST_MakePoint(-166.6, -53.9)::geography
WHERE id > (SELECT min(id) FROM matchmaker_member) + %s
"""


@pytest.fixture(scope="module")
def crowd(django_db_setup, django_db_blocker):
    """Half of all members move to one place after PostgreSQL has looked."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        add_members(MEMBERS)
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(GATHER, [MEMBERS - CROWD])
        cursor.execute("RESET statement_timeout")
        services.add_up_cell_changes()
        yield
        remove_everybody()


@pytest.fixture(params=["analysed before", "never analysed", "analysed"])
def as_viewer(request, crowd, ann, as_ann):
    place = f"SRID=4326;POINT({TOWN.replace(',', ' ')})"
    Member.objects.filter(pk=ann.pk).update(location=place)
    if request.param == "never analysed":
        forget_statistics(*TABLES)
    elif request.param == "analysed":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(TABLES)}")
    return as_ann


@pytest.mark.parametrize("km", [1, 10, 1000, 20_000])
def test_count_and_page_read_no_crowd(as_viewer, km):
    read = rows_read(as_viewer, "/api/clients/", {"distance": km})

    # The page twice: found in their cells, and read with what they show.
    assert read["matchmaker_member"] <= 3 * PAGE
    assert read["matchmaker_cell"] <= CELLS
