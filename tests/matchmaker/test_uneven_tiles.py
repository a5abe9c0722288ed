"""How many rows a tile reads where half of all members are in one cell."""

import pytest
from django.db import connection

from matchmaker import services
from matchmaker.models import Block, Cell
from tests.bulk import add_members
from tests.factories import MemberFactory
from tests.plans import forget_statistics, remove_everybody, rows_read
from tests.tiles import tile_at, total, url_of

MEMBERS, CROWD = 20_000, 10_000
HERE = (-166.6, -53.9)
TABLES = (
    "matchmaker_member", "matchmaker_cell", "matchmaker_cellchange",
    "matchmaker_membersquare",
)  # fmt: skip
SQUARES, CELLS, BLOCKS = 256, 256, 3

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
def viewer(request, crowd, ann):
    for _ in range(BLOCKS):
        other = MemberFactory(lon=HERE[0], lat=HERE[1])
        Block.objects.create(from_member=ann, to_member=other)
    if request.param == "never analysed":
        forget_statistics(*TABLES)
    elif request.param == "analysed":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(TABLES)}")
    return ann


@pytest.mark.parametrize("z", [0, 3, 6, 9, 10, 11, 12, 15, 22])
def test_tile_reads_few_rows(viewer, as_ann, z):
    point = Cell.objects.latest("members").point
    read = rows_read(as_ann, url_of("members", *tile_at(point.x, point.y, z)))

    assert read["matchmaker_member"] <= BLOCKS + 1
    assert read["matchmaker_membersquare"] <= SQUARES
    assert read["matchmaker_cell"] <= CELLS + BLOCKS + 1
    # Open: the viewer, and those who came to be blocked.
    assert read["matchmaker_cellchange"] <= BLOCKS + 1


def test_counts_of_the_crowd_are_exact(viewer, as_ann):
    assert {total(as_ann, "members", z) for z in (0, 8)} == {MEMBERS}
