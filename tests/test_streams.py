"""Whole lists as streams: the same rows, in CSV and in GeoJSON text sequences."""

import csv
import json
import tracemalloc
from io import StringIO

import pytest
from django.db import connection
from rest_framework.test import APIClient

from matchmaker.models import Block, Like, Member
from project.lib.reads import streams
from project.lib.reads.streams import NoLongerAllowed
from tests.bulk import add_members
from tests.events.factories import (
    AttendanceFactory,
    EventFactory,
    MembershipFactory,
    OrganizationFactory,
)
from tests.factories import MemberFactory

SEQUENCE, CSV = "application/geo+json-seq", "text/csv"
CLIENTS, EVENTS = "/api/clients/", "/api/events/"
OGC = "/api/ogc/collections"
LISTS = {
    CLIENTS: {},
    "/api/list": {},
    f"{CLIENTS}?distance=20000": {},
    "/api/discover/": {},
    EVENTS: {},
    f"{EVENTS}?distance=20000": {},
    "/api/organizations/": {},
    f"{OGC}/members/items": {},
    f"{OGC}/events/items": {},
    f"{OGC}/organizations/items": {},
}
PAGE = 3


@pytest.fixture(autouse=True)
def small_pages(monkeypatch):
    monkeypatch.setattr(streams, "PAGE", PAGE)


@pytest.fixture
def world(ann):
    """More of everything than two pages, at places and at none."""
    for n in range(2 * PAGE + 1):
        where = {"lon": 30.3 + n, "lat": 59.9} if n % 4 else {}
        member = MemberFactory(**where)
        organization = OrganizationFactory(title=f"Org, {n}", **where)
        MembershipFactory(organization=organization, member=member)
        event = EventFactory(title=f'"Fest" {n}', description="a\nb", **where)
        AttendanceFactory(event=event, member=ann)
    Like.objects.create(from_member=ann, to_member=member)


def text_of(response) -> str:
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content).decode()


def records(text: str) -> list:
    """As RFC 8142 has it: a separator before each text, a newline after it."""
    if not text:
        return []
    assert text.startswith("\x1e")
    texts = text[1:].split("\x1e")
    assert all(each.endswith("\n") for each in texts)
    return [json.loads(each) for each in texts]


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text, newline="")))


def all_features(client: APIClient, url: str) -> list:
    """By pages, as a map program reads them."""
    found, pages = [], 0
    while url:
        page = client.get(url, HTTP_ACCEPT="application/geo+json").json()
        found += page["features"]
        next_ = [link["href"] for link in page["links"] if link["rel"] == "next"]
        url, pages = (next_ or [None])[0], pages + 1
    return found


def cell(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


@pytest.mark.parametrize("url", LISTS)
def test_sequence_is_the_features_of_all_pages(world, as_ann, url):
    response = as_ann.get(url, HTTP_ACCEPT=SEQUENCE)

    found = records(text_of(response))
    pages = all_features(as_ann, url)
    assert response.headers["Content-Type"] == SEQUENCE
    assert len(found) > PAGE or "discover" in url or "20000" in url
    key = "id" if "distance" not in url else "type"
    assert sorted(map(json.dumps, found)) == sorted(map(json.dumps, pages))
    if not url.startswith(EVENTS):
        assert [each[key] for each in found] == [each[key] for each in pages]


@pytest.mark.parametrize("url", LISTS)
def test_csv_is_the_same_rows(world, as_ann, url):
    response = as_ann.get(url, HTTP_ACCEPT=CSV)

    found = rows(text_of(response))
    features = {
        str(each["id"]): each
        for each in records(text_of(as_ann.get(url, HTTP_ACCEPT=SEQUENCE)))
    }
    assert response.headers["Content-Type"].startswith(f"{CSV}; charset=utf-8")
    assert response.headers["Content-Disposition"].startswith("attachment; filename=")
    assert {row["id"] for row in found} == features.keys()
    for row in found:
        feature = features[row["id"]]
        geometry = feature["geometry"] or {"coordinates": ["", ""]}
        lon, lat = geometry["coordinates"]
        shown = dict(row)
        assert [shown.pop("lon"), shown.pop("lat")] == [cell(lon), cell(lat)]
        del shown["id"]
        properties = feature["properties"]
        assert shown.keys() == properties.keys()
        for name, value in shown.items():
            told = properties[name]
            is_text = isinstance(told, str) or told is None
            assert (
                (value or "") == (told or "") if is_text else json.loads(value) == told
            )


@pytest.mark.parametrize("form", ["csv", "geojsonseq"])
def test_format_chooses_it_too(world, as_ann, form):
    accept = {"csv": CSV, "geojsonseq": SEQUENCE}[form]

    chosen = as_ann.get(CLIENTS, {"format": form})
    accepted = as_ann.get(CLIENTS, HTTP_ACCEPT=accept)

    assert text_of(chosen) == text_of(accepted)


def test_lines_end_as_rfc_4180_has_it(ann, as_ann):
    MemberFactory(first_name="", last_name='O"Neil, Ñ\U0001f600')

    text = text_of(as_ann.get(CLIENTS, {"format": "csv"}))

    header, row, end = text.split("\r\n")
    assert header == "id,first_name,last_name,gender,avatar,distance_km,liked,lon,lat"
    assert '"O""Neil, Ñ\U0001f600"' in row
    assert end == ""


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "'=1", "''=1", '="a",b']
HARMLESS = ["'tis", "1=1", "a-b", "O'Neil", "’=1"]


@pytest.mark.parametrize("name", [*FORMULAS, *HARMLESS])
def test_no_cell_is_a_formula_and_every_text_can_be_read_back(ann, as_ann, name):
    MemberFactory(first_name=name, lon=-73.9, lat=-40)

    (row,) = rows(text_of(as_ann.get(CLIENTS, {"format": "csv"})))

    assert row["first_name"] == (f"'{name}" if name in FORMULAS else name)
    assert row["first_name"][0] not in "=+-@＝\t\r"
    assert float(row["lon"]) < 0


def test_description_with_a_tab_first_is_guarded(ann, as_ann):
    EventFactory(title="A", description="x")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE events_event SET description = E'\\t=1'")

    (row,) = rows(text_of(as_ann.get(EVENTS, {"format": "csv"})))

    assert row["description"] == "'\t=1"


@pytest.mark.parametrize("url", [CLIENTS, EVENTS, "/api/organizations/"])
def test_without_rows_there_is_a_header_at_most(as_ann, url):
    sequence = text_of(as_ann.get(url, {"format": "geojsonseq"}))
    (header, end) = text_of(as_ann.get(url, {"format": "csv"})).split("\r\n")

    assert (sequence, end) == ("", "")
    assert header.startswith("id,")
    assert header.endswith(",lon,lat")


def test_filters_limits_and_cursors_apply(world, as_ann):
    ids = [row["id"] for row in rows(text_of(as_ann.get(CLIENTS, {"format": "csv"})))]
    page = as_ann.get(CLIENTS, {"page_size": 2}).json()
    cursor = page["next"].partition("cursor=")[2].partition("&")[0]
    liked = as_ann.get(CLIENTS, {"format": "csv", "liked": "true"})
    some = as_ann.get(CLIENTS, {"format": "csv", "limit": PAGE + 1})
    rest = as_ann.get(f"{CLIENTS}?format=csv&cursor={cursor}")

    assert len(rows(text_of(liked))) == 1
    assert [row["id"] for row in rows(text_of(some))] == ids[: PAGE + 1]
    assert [row["id"] for row in rows(text_of(rest))] == ids[2:]


@pytest.mark.parametrize(
    ("url", "params", "field"),
    [
        (CLIENTS, {"distnace": 1}, "distnace"),
        (CLIENTS, {"cursor": "x"}, "cursor"),
        (CLIENTS, {"page_size": 0}, "page_size"),
        (EVENTS, {"offset": 5}, "offset"),
        (EVENTS, {"ordering": "date"}, "ordering"),
        (EVENTS, {"point": "1,2"}, "point"),
        ("/api/organizations/", {"offset": 0}, "offset"),
        (f"{OGC}/members/items", {"bbox": "1,2,3"}, "bbox"),
    ],
)
@pytest.mark.parametrize("form", ["csv", "geojsonseq"])
def test_nonsense_is_a_400_in_json(as_ann, url, params, field, form):
    response = as_ann.get(url, {"format": form, **params})

    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/json"
    assert list(response.json()) == [field]


def test_backward_cursor_is_refused(world, as_ann):
    page = as_ann.get(as_ann.get(CLIENTS, {"page_size": 2}).json()["next"]).json()

    response = as_ann.get(f"{page['previous']}&format=csv")

    assert list(response.json()) == ["cursor"]


@pytest.mark.parametrize("url", LISTS)
def test_nobody_streams_without_signing_in(world, api, url):
    assert api.get(url, HTTP_ACCEPT=CSV).status_code == 401


def test_other_lists_do_not_stream(ann, as_ann):
    response = as_ann.get(f"/api/v1/users/{ann.pk}/", HTTP_ACCEPT=CSV)

    assert response.headers["Content-Type"] == "application/json"
    assert as_ann.get("/api/clients/me/", {"format": "csv"}).status_code == 400


def test_open_collections_tell_everybody_nothing_of_members(world, api, settings):
    settings.PUBLIC_EVENTS = True

    events = text_of(api.get(f"{OGC}/events/items", HTTP_ACCEPT=CSV))
    organizations = text_of(api.get(f"{OGC}/organizations/items", HTTP_ACCEPT=CSV))

    for text in (events, organizations):
        assert rows(text)
        assert {"attending", "organizations", "users"}.isdisjoint(rows(text)[0])


def test_head_has_the_headers_alone(world, as_ann):
    response = as_ann.head(CLIENTS, HTTP_ACCEPT=CSV)

    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith(CSV)


def in_pages(response):
    """The stream's parts, as they are asked for."""
    assert response.status_code == 200
    return (part.decode() for part in response.streaming_content)


def test_block_hiding_and_deletion_hold_from_the_next_page_on(ann, as_ann):
    members = [MemberFactory() for _ in range(3 * PAGE)]
    pages = in_pages(as_ann.get(CLIENTS, HTTP_ACCEPT=SEQUENCE))
    first = records(next(pages))
    blocked, hiding, gone, inactive = members[1:5]
    Block.objects.create(from_member=blocked, to_member=ann)
    Member.objects.filter(pk=hiding.pk).update(visibility="hidden")
    Member.objects.filter(pk=inactive.pk).update(is_active=False)
    gone.delete()
    MemberFactory()  # newer, so it comes in no later page

    rest = records("".join(pages))

    assert [each["id"] for each in first] == [m.pk for m in members[:-4:-1]]
    assert [each["id"] for each in rest] == [members[5].pk, members[0].pk]


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"token_version": 7}], ids=str
)
def test_reader_who_may_no_longer_read_gets_no_further_page(world, ann, as_ann, change):
    pages = in_pages(as_ann.get(CLIENTS, HTTP_ACCEPT=SEQUENCE))
    next(pages)
    Member.objects.filter(pk=ann.pk).update(**change)

    with pytest.raises(NoLongerAllowed):
        next(pages)


def test_page_is_one_statement_and_the_reader(world, as_ann, django_assert_num_queries):
    pages = in_pages(as_ann.get(CLIENTS, HTTP_ACCEPT=SEQUENCE))
    next(pages)

    with django_assert_num_queries(2):  # whether the reader may go on; the page
        next(pages)


def test_memory_does_not_grow_with_the_rows(ann, as_ann, monkeypatch):
    """Of ten times as many rows, never more than a few pages are in memory."""
    monkeypatch.setattr(streams, "PAGE", 100)

    def sizes() -> tuple[int, int]:
        response = as_ann.get(CLIENTS, HTTP_ACCEPT=CSV)
        tracemalloc.start()
        size = sum(len(part) for part in response.streaming_content)
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return size, peak

    add_members(1_000)
    sizes()  # what is compiled and kept once
    small, small_peak = sizes()
    Member.objects.exclude(pk=ann.pk).delete()
    add_members(10_000)
    large, large_peak = sizes()

    assert large > 9 * small
    assert large_peak < 3 * small_peak
    assert large_peak < large / 5
