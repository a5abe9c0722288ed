"""Filters that are refused: in time, with a clear 400, and without a trace."""

import json
from time import process_time
from typing import Any

import pytest
from django.db import connection

from project.lib.ogc.cql2.errors import FilterInvalid
from project.lib.ogc.cql2.text import read_text
from project.lib.reads.keyset import keyset_statement
from tests.events.factories import EventFactory
from tests.test_cql2 import CAPACITY, DATE, EVENTS, HERE, PLACE, TITLE, asked, op

BOX = "BBOX(1,2,3,4)"
RING = ", ".join(f"{i / 100} 1" for i in range(400))


def refused(response: Any) -> str:
    assert response.status_code == 400, response.content
    assert response["Content-Type"] == "application/json"
    ((message,),) = response.json().values()
    assert [*response.json()] == ["filter"]
    return message


@pytest.mark.parametrize(
    "condition",
    [
        "x", "'a'", "1", "title", "title =", "= 1", "title == 'a'", "title = 'a",
        "title = \"a\"", "title = a", "title = 'a' OR", "(title = 'a'", "title = 'a')",
        "title = 'a' AND OR title = 'b'", "NOT", "title = NULL", "title IS 'a'",
        "title = 'a'; DROP TABLE events_event", "title = 'a' --", "title = 'a' /* */",
        "title = 'a' UNION SELECT 1", "title = $$a$$", "title || 'a' = 'a'",
        "title ~ 'a'", "title::text = 'a'", "title = E'a'", "title IN ()",
        "title IN ('a', 1)", "title BETWEEN 'a' AND 'b'", "title = 1",
        "capacity = '5'", "capacity = TRUE", "capacity LIKE '5'", "capacity = 5_0",
        "capacity = 0x5", "capacity = ٥", "capacity = 1e400", "capacity = -1e31",
        f"capacity = {'9' * 400}", "capacity = NaN", "capacity = Infinity",
        "all_day = 1", "date = '2026-05-01'", "date = DATE('2026-13-01')",
        "date = DATE('yesterday')", "date = DATE('2026-05-01T00:00:00Z')",
        "date = TIMESTAMP('2026-05-01')", "date = TIMESTAMP(1)",
        "date > INTERVAL('2026-05-01', '..')", "date LIKE '2026%'",
        "T_DURING(date, INTERVAL('2026-05-01', '..'))", "T_AFTER(date, 5)",
        "T_AFTER(title, DATE('2026-05-01'))", "T_AFTER(date)",
        "T_INTERSECTS(date, INTERVAL('2026-05-02', '2026-05-01'))",
        "T_INTERSECTS(date, INTERVAL('2026-05-02'))", "T_NEVER(date, date)",
        "T_INTERSECTS(date, INTERVAL(title, '..'))",
        f"S_INTERSECTS(title, {BOX})", f"S_NEAR(geometry, {BOX})",
        f"S_INTERSECTS(geometry, {BOX}, {BOX})", "S_INTERSECTS(geometry, POINT(1))",
        "S_INTERSECTS(geometry, POINT(1 2 3 4))",
        "S_INTERSECTS(geometry, POINT(181 1))",
        "S_INTERSECTS(geometry, POINT(1 91))", "S_INTERSECTS(geometry, POINT(NaN 1))",
        "S_INTERSECTS(geometry, POINT(1e400 1))", "S_INTERSECTS(geometry, POINT EMPTY)",
        "S_INTERSECTS(geometry, LINESTRING(1 1))",
        "S_INTERSECTS(geometry, LINESTRING(1 1, 1 1))",
        "S_INTERSECTS(geometry, LINESTRING((1 1, 2 2)))",
        "S_INTERSECTS(geometry, POLYGON((0 0,1 0,1 1,0 1)))",
        "S_INTERSECTS(geometry, POLYGON((0 0,1 1,1 0,0 1,0 0)))",
        "S_INTERSECTS(geometry, POLYGON((0 0,0 0,0 0,0 0)))",
        "S_INTERSECTS(geometry, POLYGON((170 0,190 0,190 1,170 0)))",
        "S_INTERSECTS(geometry, GEOMETRYCOLLECTION(BBOX(1,2,3,4)))",
        "S_WITHIN(geometry, GEOMETRYCOLLECTION(POINT(1 1),POINT(2 2)))",
        "S_INTERSECTS(geometry, BBOX(1,2,3))", "S_INTERSECTS(geometry, BBOX(1,4,3,2))",
        "S_INTERSECTS(geometry, BBOX(1,2,3,91))",
        "S_INTERSECTS(geometry, BBOX(1e400,2,3,4))",
        "S_INTERSECTS(geometry, BBOX('1',2,3,4))",
        "S_DWITHIN(geometry, POINT(1 1), 0)", "S_DWITHIN(geometry, POINT(1 1), -5)",
        "S_DWITHIN(geometry, POINT(1 1), 1e9)", "S_DWITHIN(geometry, POINT(1 1), '5')",
        "S_DWITHIN(geometry, POINT(1 1), capacity)", "S_DWITHIN(geometry, POINT(1 1))",
        "geometry = POINT(1 1)", "description LIKE 'a\\\\'", "description LIKE title",
        "capacity + 1 = 2", "TITLE = 'a'", "CASEI(title) = 'a'", "pg_sleep(10) = 1",
        "pg_sleep(10)",
        "creator = 1", "creator_id = 1", "creator__email = 'a'", "published_at IS NULL",
        "organizations = 1", "location IS NULL", "title__regex = 'a'", "pk = 1",
        "title = 'a\0'", f"title = '{'a' * 1001}'",
    ],
)  # fmt: skip
def test_text_is_refused(as_ann, condition):
    assert refused(asked(as_ann, condition))


@pytest.mark.parametrize(
    "condition",
    [
        None, 1, "a", [], {}, [True], {"op": "="}, {"args": []}, op("="),
        op("=", TITLE), op("=", TITLE, "a", "b"), op("=", TITLE, None),
        op("=", TITLE, ["a"]), op("=", TITLE, {"a": 1}), op("=", TITLE, "a\0"),
        {**op("=", TITLE, "a"), "sql": "1"}, {"op": ["="], "args": [TITLE, "a"]},
        {"op": "=", "args": {"0": TITLE, "1": "a"}}, op("and"), op("or", True),
        op("not", True, False), op("and", True, TITLE), op("like", TITLE, TITLE),
        op("in", TITLE, "a"), op("in", TITLE, []), op("in", TITLE, TITLE),
        op("casei", TITLE), op("AND", True, True), op("=", {"property": 1}, "a"),
        op("=", {"property": "title", "x": 1}, "a"), op("=", CAPACITY, 10**400),
        op("=", CAPACITY, True), op("t_after", DATE, {"date": 5}),
        op("t_after", DATE, {"interval": "2026"}),
        op("t_after", DATE, {"interval": []}),
        op("t_after", DATE, {"interval": [None, ".."]}),
        op("t_after", DATE, {"interval": [{"date": "2026-05-01"}, TITLE]}),
        op("s_intersects", PLACE, {"bbox": "1,2,3,4"}),
        op("s_intersects", PLACE, {"bbox": [True, 2, 3, 4]}),
        op("s_intersects", PLACE, {"bbox": [10**400, 2, 3, 4]}),
        op("s_intersects", PLACE, {**HERE, "type": ["Point"]}),
        op("s_intersects", PLACE, {**HERE, "type": "Circle"}),
        op("s_intersects", PLACE, {**HERE, "coordinates": [[30, 60]]}),
        op("s_intersects", PLACE, {**HERE, "coordinates": ["30", 60]}),
        op("s_intersects", PLACE, {**HERE, "coordinates": None}),
        op("s_intersects", PLACE, {**HERE, "coordinates": [True, 60]}),
        op("s_intersects", PLACE, {"type": "GeometryCollection"}),
        op("s_intersects", PLACE, {"type": "GeometryCollection", "geometries": [1]}),
    ],
)  # fmt: skip
def test_json_is_refused(as_ann, condition):
    if not isinstance(condition, str):
        condition = json.dumps(condition)

    assert refused(asked(as_ann, condition, **{"filter-lang": "cql2-json"}))


@pytest.mark.parametrize(
    "text",
    ["{", "", "NaN", '{"op": "=", "args": [{"property": "capacity"}, NaN]}',
     '{"op": "=", "args": [{"property": "capacity"}, 1e400]}', "[" * 7900,
     '{"op":"not","args":[' * 390, '{"op": "and", "op": "or", "args": [true, true]}',
     '{"op": "=", "args": [{"property": "title"}, "\\ud800"]}', "1" * 7000],
)  # fmt: skip
def test_what_is_no_json_is_refused(as_ann, text):
    response = as_ann.get(EVENTS, {"filter": text or "{]", "filter-lang": "cql2-json"})

    assert refused(response)


@pytest.mark.parametrize(
    "condition",
    [
        "(" * 3990 + "TRUE" + ")" * 3989,
        "NOT (" * 1200 + "TRUE" + ")" * 1200,
        " OR ".join(["TRUE"] * 900),
        "title IN (" + ",".join(["'a'"] * 1900) + ")",
        "f(" * 2500 + "title" + ")" * 2500 + " = 1",
        "capacity = " + "-" * 7000 + "1",
        f"S_INTERSECTS(geometry, POLYGON(({RING}, 0 0)))",
        "S_INTERSECTS(geometry, MULTIPOLYGON(" + "(" * 3000 + "1 1" + ")" * 3001,
        "title = '" + "''" * 3900 + "'",
        "title LIKE '" + "%a" * 499 + "%b'" + " OR title = ''" * 500,
        "S_INTERSECTS(geometry, MULTIPOINT(" + ",".join(["1 1"] * 1001) + "))",
        "title = 'a'" * 800,
    ],
)  # fmt: skip
def test_huge_and_deep_filters_are_refused_in_time(as_ann, condition):
    asked(as_ann, "TRUE")  # the grammar is read once
    started = process_time()

    assert refused(asked(as_ann, condition))

    assert process_time() - started < 1


def test_brackets_alone_are_no_depth(as_ann):
    assert asked(as_ann, "(" * 3990 + "TRUE" + ")" * 3990).status_code == 200


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("filter-lang", "cql-text"), ("filter-lang", "CQL2-TEXT"), ("filter_lang", "x"),
        ("filter-crs", "EPSG:4326"), ("filter", "a" * 8001),
        ("filter-crs", "http://www.opengis.net/def/crs/EPSG/0/3857"),
    ],
)  # fmt: skip
def test_parameters_around_it_are_refused(as_ann, parameter, value):
    response = as_ann.get(EVENTS, {"filter": "TRUE", parameter: value})

    assert response.status_code == 400
    assert [*response.json()] == [parameter]


def test_everything_wrong_is_told_at_once(as_ann):
    response = as_ann.get(EVENTS, {"filter": "x = 1", "bbox": "1", "limit": "0"})

    assert response.json().keys() == {"filter", "bbox", "limit"}


def test_strangers_ask_about_nobody(as_ann, api, settings, ann):
    settings.PUBLIC_EVENTS = True
    EventFactory(title="a")

    assert asked(as_ann, "attending = FALSE").status_code == 200
    assert asked(api, "title = 'a'").json()["numberMatched"] == 1
    message = refused(asked(api, "attending = FALSE"))
    assert "attending" not in message.replace("Unknown property: attending", "")
    queryables = api.get(EVENTS.replace("items", "queryables")).json()
    assert "attending" not in queryables["properties"]


def test_scheduled_and_cancelled_events_are_not_asked_about(as_ann, ann):
    EventFactory(creator=ann, title="mine", scheduled=True)

    assert asked(as_ann, "title = 'mine' OR TRUE").json()["numberMatched"] == 0


def test_filters_are_neither_kept_nor_prepared(as_ann):
    asked(as_ann, "TRUE")
    kept = keyset_statement.cache_info().currsize
    names = _prepared()

    for number in range(5):
        conditions = " OR ".join([f"capacity = {number}"] * (number + 1))
        assert asked(as_ann, conditions).status_code == 200

    assert keyset_statement.cache_info().currsize == kept
    assert _prepared() == names


def _prepared() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        return cursor.fetchone()[0]


def test_no_depth_ends_the_process():
    for text in ("(" * 200_000, "NOT " * 100_000, "f(" * 100_000, "a=" + "-" * 100_000):
        with pytest.raises(FilterInvalid):
            read_text(text)
