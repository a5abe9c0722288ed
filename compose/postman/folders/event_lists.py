"""Section 3 of the contract: the list of events."""

from compose.postman.folders.values import FEATURE_COLLECTION, IS_GEOJSON, code, fields
from compose.postman.parts import NOBODY, Folder, Request

ONLY_IT = {
    "the event alone": """
        pm.expect(body.count).to.equal(1);
        pm.expect(body.results.map(({ id }) => id)).to.eql([get("event_id")]);
    """
}

LISTS = Folder(
    "What is on",
    "The list: by title, date, place and organization.",
    [
        Request(
            "By title",
            "GET /api/events/?search={{fest}}&ordering=-date",
            "Part of it, in any case.",
            200,
            ONLY_IT,
        ),
        Request(
            "By date",
            "GET /api/events/?search={{fest}}&date=2027-12-23&date__gte=2027-12-01"
            "&date__lte=2027-12-31&ordering=date&limit=1&offset=0",
            "A day, and from when to when; pages by `limit` and `offset`.",
            200,
            ONLY_IT
            | {
                "no other page": """
                    pm.expect([body.next, body.previous]).to.eql([null, null]);
                """,
            },
        ),
        Request(
            "By distance",
            "GET /api/events/?distance=10&ordering=distance"
            "&organization={{organization_id}}",
            "From the caller's own place; in kilometres.",
            200,
            ONLY_IT
            | {
                "how far": "pm.expect(body.results[0].distance_km).to.be.within(0.1, 5)"
            },
        ),
        Request(
            "Around a point, on a map",
            "GET /api/events/?search={{fest}}&distance=1&point=-12.31,-37.06"
            "&in_bbox=-13,-38,-12,-37&format=geojson",
            "Events are public places: their own points, exactly.",
            200,
            {
                "GeoJSON": IS_GEOJSON,
                "a collection": FEATURE_COLLECTION,
                "where it is": """
                    const { coordinates } = body.features[0].geometry;
                    pm.expect(coordinates).to.eql([-12.31, -37.06]);
                """,
            },
        ),
        Request(
            "Nonsense in filters",
            "GET /api/events/?date=soon&ordering=colour&distance=-1&limit=none",
            "All of it is told.",
            400,
            fields("date", "ordering", "distance", "limit"),
        ),
        Request(
            "Nobody reads the list",
            "GET /api/events/",
            "401.",
            401,
            code("not_authenticated"),
            auth=NOBODY,
        ),
    ],
)
