"""Keyset pages: nothing skipped, nothing twice, nothing forged."""

import pytest
from django.core import signing

from matchmaker.models import Member
from matchmaker.reads import circles
from project.lib.reads.keyset import keyset_statement
from tests.factories import MemberFactory

URL = "/api/clients/"


def walk(client, url: str, direction: str = "next") -> list[list[int]]:
    pages = []
    while url:
        body = client.get(url).json()
        pages.append([row["id"] for row in body["results"]])
        url = body[direction]
    return pages


@pytest.fixture
def crowd(ann):
    """25 members, many of them in the same cell."""
    return [MemberFactory(lon=30.3 + (i // 6) * 0.03, lat=59.94) for i in range(25)]


@pytest.mark.parametrize("query", ["?page_size=4", "?page_size=4&distance=100"])
def test_pages_hold_every_row_once_in_both_directions(as_ann, crowd, query):
    whole = walk(as_ann, URL + query.replace("4", "100", 1))[0]

    forward = walk(as_ann, URL + query)

    assert [i for page in forward for i in page] == whole
    assert sorted(whole) == sorted(m.pk for m in crowd)
    last = as_ann.get(URL + query).json()
    while last["next"]:
        last = as_ann.get(last["next"]).json()
    backward = walk(as_ann, last["previous"], "previous")
    assert backward == forward[-2::-1]


@pytest.mark.parametrize("query", ["?page_size=5", "?page_size=5&distance=100"])
def test_rows_that_come_and_go_shift_nothing(as_ann, crowd, query):
    whole = walk(as_ann, URL + query.replace("5", "100", 1))[0]
    first = as_ann.get(URL + query).json()
    seen = [row["id"] for row in first["results"]]

    # One that was seen goes; new ones come at the front of either order.
    next(m for m in crowd if m.pk == seen[2]).delete()
    MemberFactory.create_batch(3, lon=30.3158, lat=59.9391)
    rest = walk(as_ann, first["next"])

    assert [i for page in rest for i in page if i in whole] == whole[5:]


def test_first_and_last_pages_have_one_link(as_ann, crowd):
    first = as_ann.get(f"{URL}?page_size=20").json()
    last = as_ann.get(first["next"]).json()

    assert first["previous"] is None
    assert last["next"] is None
    assert first["count"] == last["count"] == 25
    assert "distance" not in first["next"]


def test_links_keep_the_filters(as_ann, crowd):
    first = as_ann.get(f"{URL}?page_size=3&distance=100&gender=female").json()

    assert "distance=100" in first["next"]
    assert "gender=female" in first["next"]


def test_full_page_at_the_end_has_no_next(as_ann, crowd):
    body = as_ann.get(f"{URL}?page_size=25").json()

    assert len(body["results"]) == 25
    assert body["next"] is None


def test_cursor_of_another_order_is_400(as_ann, crowd):
    newest = as_ann.get(f"{URL}?page_size=3").json()["next"]

    response = as_ann.get(newest + "&distance=100")

    assert response.status_code == 400
    assert list(response.json()) == ["cursor"]


def test_tampered_cursor_is_400(as_ann, crowd):
    url = as_ann.get(f"{URL}?page_size=3").json()["next"]
    cursor = url.split("cursor=")[1].split("&")[0]

    for forged in (cursor[:-1], cursor.replace(cursor[5], "A", 1) + "x", "W10:x"):
        assert as_ann.get(URL, {"cursor": forged}).status_code == 400
    other_salt = signing.Signer(salt="other").sign_object(["newest", 1, "x", "1"])
    assert as_ann.get(URL, {"cursor": other_salt}).status_code == 400


def test_count_is_exact_up_to_the_cap_and_says_so_beyond(as_ann):
    Member.objects.bulk_create(Member(email=f"c{i}@example.com") for i in range(1000))
    exact = as_ann.get(URL).json()
    MemberFactory()
    capped = as_ann.get(URL).json()

    assert (exact["count"], exact["count_capped"]) == (1000, False)
    assert (capped["count"], capped["count_capped"]) == (1000, True)


@pytest.mark.parametrize("cells_max", [3000, 4, 2, 1])
@pytest.mark.parametrize("query", ["distance=100", "distance=100&first_name=7"])
def test_every_way_to_the_nearest_gives_the_same_pages(
    ann, as_ann, crowd, monkeypatch, cells_max, query
):
    """Through few cells, through many, and by the members' other filters."""
    expected = sorted(
        as_ann.get(f"{URL}?{query}&page_size=100").json()["results"],
        key=lambda row: (row["distance_km"], row["id"]),
    )
    monkeypatch.setattr(circles, "CELLS_MAX", cells_max)
    keyset_statement.cache_clear()

    forward = walk(as_ann, f"{URL}?{query}&page_size=2")
    last = as_ann.get(f"{URL}?{query}&page_size=2").json()
    count = last["count"]
    while last["next"]:
        last = as_ann.get(last["next"]).json()
    backward = walk(as_ann, last["previous"], "previous") if last["previous"] else []
    keyset_statement.cache_clear()

    assert expected
    assert [i for page in forward for i in page] == [row["id"] for row in expected]
    assert backward == forward[-2::-1]
    assert count == len(expected)
