"""Organizations in a list, one by one and as GeoJSON."""

import pytest

from tests.events.factories import (
    OrganizationFactory,
)
from tests.events.organizations import NOT_FOUND, URL, ids, put_in, with_contacts
from tests.factories import MemberFactory


def test_list_is_newest_first_in_pages(as_ann):
    made = OrganizationFactory.create_batch(5)

    page = as_ann.get(URL, {"limit": 2, "offset": 2})

    assert ids(page) == [made[2].pk, made[1].pk]
    assert page.json() == {
        "count": 5,
        "next": "http://testserver/api/organizations/?limit=2&offset=4",
        "previous": "http://testserver/api/organizations/?limit=2",
        "results": page.json()["results"],
    }
    assert page.json()["results"][0] == as_ann.get(f"{URL}{made[2].pk}").json()


def test_list_by_title_and_by_box(as_ann):
    north = OrganizationFactory(title="100% Jazz", lon=30.3, lat=59.9)
    date_line = OrganizationFactory(title="Джаз-клуб", lon=179.9, lat=-17)
    nowhere = OrganizationFactory(title="Jazz")

    def found(**query: object) -> list[int]:
        return ids(as_ann.get(URL, query))

    assert found(search="jAzZ") == [nowhere.pk, north.pk]
    assert found(search="джаз") == [date_line.pk]
    assert found(search="0% j") == [north.pk]
    assert found(search="_") == []
    assert found(in_bbox="30,59,31,60") == [north.pk]
    assert found(in_bbox="179,-18,-179,-16") == [date_line.pk]
    assert found(in_bbox="30,59,31,60", search="клуб") == []


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0}, {"limit": 101}, {"limit": "x"}, {"offset": -1},
        {"offset": 10**30}, {"in_bbox": "1,2,3"}, {"in_bbox": "1,2,3,nan"},
        {"search": "x" * 201}, {"search": "\0"},
    ],
)  # fmt: skip
def test_nonsense_in_the_list_is_400(as_ann, query):
    response = as_ann.get(URL, query)

    assert response.status_code == 400
    assert list(response.json()) == list(query)


def test_geojson_of_list_and_detail(ann, as_ann):
    club = put_in(
        OrganizationFactory(title="Club", lon=30.31, lat=59.94), ann
    ).organization
    nowhere = OrganizationFactory(title="Nowhere")
    feature = {
        "type": "Feature",
        "id": club.pk,
        "geometry": {"type": "Point", "coordinates": [30.31, 59.94]},
        "properties": {
            "title": "Club",
            "description": "",
            "postcode": "",
            "address": "",
            "full_address": "",
            "users": [with_contacts(ann, "member")],
        },
    }

    one = as_ann.get(f"{URL}{club.pk}", HTTP_ACCEPT="application/geo+json")
    page = as_ann.get(URL, {"format": "geojson"})

    assert one["Content-Type"] == page["Content-Type"] == "application/geo+json"
    assert one.json() == feature
    assert page.json()["features"][1] == feature
    assert page.json()["features"][0]["id"] == nowhere.pk
    assert page.json()["features"][0]["geometry"] is None
    assert (page.json()["type"], page.json()["count"]) == ("FeatureCollection", 2)


@pytest.mark.parametrize(
    ("postcode", "address", "full"),
    [("", "", ""), ("1", "", "1"), ("", "A", "A"), ("1", "A", "1, A")],
)
def test_full_address_has_no_stray_comma(as_ann, postcode, address, full):
    club = OrganizationFactory(postcode=postcode, address=address)

    assert as_ann.get(f"{URL}{club.pk}").json()["full_address"] == full


def test_unknown_one_is_404(as_ann):
    path = f"{URL}{10**17}"
    somebody = {"user": {"id": 1}}
    member = {"user": {"id": MemberFactory().pk}}

    for response in (
        as_ann.get(path),
        as_ann.patch(path, {"title": "X"}),
        as_ann.delete(path),
        as_ann.post(f"{path}/members/", member),
        as_ann.delete(f"{path}/members/", somebody),
    ):
        assert (response.status_code, response.json()) == (404, NOT_FOUND)
