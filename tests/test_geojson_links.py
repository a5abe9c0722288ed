"""GeoJSON pages name their neighbours in `links` and in the Link header."""

import pytest
from rest_framework.test import APIClient

from tests.events.factories import EventFactory, OrganizationFactory
from tests.factories import MemberFactory

GEOJSON = "application/geo+json"
LISTS = [
    "/api/clients/",
    "/api/list",
    "/api/discover/",
    "/api/events/",
    "/api/organizations/",
]


@pytest.fixture
def world(ann) -> None:
    creator = MemberFactory(lon=30.32, lat=59.94)
    MemberFactory.create_batch(4, lon=30.32, lat=59.94)
    EventFactory.create_batch(5, creator=creator)
    OrganizationFactory.create_batch(5)


def by_rel(body: dict) -> dict[str, str]:
    assert {link["type"] for link in body["links"]} == {GEOJSON}
    return {link["rel"]: link["href"] for link in body["links"]}


@pytest.mark.parametrize("path", LISTS)
def test_links_lead_through_all_features_and_back(world, as_ann: APIClient, path):
    url: str | None = f"http://testserver{path}?limit=2"
    ids, urls = [], []
    while url:
        response = as_ann.get(url, HTTP_ACCEPT=GEOJSON)
        body = response.json()
        links = by_rel(body)
        assert links["self"] == url
        assert (links.get("next"), links.get("prev")) == (
            body["next"],
            body["previous"],
        )
        assert response.headers.get("Link", "") == ", ".join(
            f'<{links[rel]}>; rel="{rel}"; type="{GEOJSON}"'
            for rel in ("next", "prev")
            if rel in links
        )
        ids.append([feature["id"] for feature in body["features"]])
        urls.append(links.get("prev"))
        url = links.get("next")

    everything = as_ann.get(path).json()["results"]
    assert [pk for page in ids for pk in page] == [row["id"] for row in everything]
    assert [len(page) for page in ids] == [2, 2, 1]
    assert urls[0] is None
    before = as_ann.get(urls[2], HTTP_ACCEPT=GEOJSON).json()
    assert [feature["id"] for feature in before["features"]] == ids[1]


def test_a_single_page_links_only_to_itself(as_ann):
    response = as_ann.get("/api/events/?format=geojson&search=none")

    (link,) = response.json()["links"]
    assert link["rel"] == "self"
    assert as_ann.get(link["href"]).json() == response.json()
    assert "Link" not in response.headers


def test_json_has_no_links(world, as_ann):
    response = as_ann.get("/api/events/?limit=2")

    assert response.json().keys() == {"count", "next", "previous", "results"}
    assert "Link" not in response.headers


def test_text_of_a_parameter_adds_no_link_to_the_header(as_ann):
    title = '>; rel="next", <evil>; rel="prev"'
    OrganizationFactory.create_batch(2, title=title)

    response = as_ann.get(
        "/api/organizations/", {"search": title, "limit": 1, "format": "geojson"}
    )

    assert response.json()["count"] == 2
    assert response.headers["Link"].count("rel=") == 1
    assert response.headers["Link"].count("<") == 1
