"""Statements that are compiled once, in the threads that share them."""

from typing import Any

import pytest
from django.contrib.gis.db.models import LineStringField
from django.db.models import IntegerField, Model
from django.test.utils import isolate_apps

from project.lib.reads.statements import Param, Statement
from tests.threads import at_once

THREADS = 4
ROUNDS = 5
# Reading so long a line takes GEOS a while, in which other threads run.
POINTS = 50_000

LINE: Statement[int] = Statement.written(
    "SELECT {thread}::int AS id,"
    " ST_MakeLine(ARRAY(SELECT ST_Point({thread}, i / 1e3, 4326)"
    " FROM generate_series(1, {points}) i)) AS line",
    thread=Param[int](lambda thread: thread),
    points=POINTS,
)


@pytest.mark.django_db(transaction=True)
@isolate_apps("django.contrib.gis")
def test_threads_do_not_mix_up_geometries():
    class Line(Model):  # noqa: DJ008 # nobody prints it
        id = IntegerField(primary_key=True)
        line = LineStringField()

        class Meta:
            app_label = "gis"
            managed = False

    def extents(thread: int) -> set[Any]:
        return {
            line.line.extent
            for _round in range(ROUNDS)
            for line in LINE.objects(Line, thread)
        }

    LINE.objects(Line, 0)
    found = at_once(*[lambda n=n: extents(n) for n in range(THREADS)])

    assert found == [{(n, 0.001, n, POINTS / 1e3)} for n in range(THREADS)]
