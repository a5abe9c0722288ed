"""What the list of events answers, in short."""

from geographiclib.geodesic import Geodesic

URL = "/api/events/"
EVENING = "2026-12-23T18:45:00Z"


def ids(response) -> list[int]:
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["results"]]


def titles(response) -> set[str]:
    assert response.status_code == 200, response.content
    return {row["title"] for row in response.json()["results"]}


def metres(here, there) -> float:
    return Geodesic.WGS84.Inverse(here.y, here.x, there.y, there.x)["s12"]


def followed(client, url: str | None, link: str) -> list[int]:
    """Ids of all pages from `url` on, by the links named."""
    found = []
    while url:
        response = client.get(url)
        page = ids(response)
        found = found + page if link == "next" else page + found
        url = response.json()[link]
    return found
