"""Section 2 of the contract: members, and who is near."""

from compose.postman.folders.emails import EMAILS
from compose.postman.folders.profile import PROFILE
from compose.postman.folders.sign_up import PASSWORDS, SIGN_UP
from compose.postman.folders.values import (
    FEATURE_COLLECTION,
    IS_GEOJSON,
    PUBLIC_KEYS,
    code,
    fields,
)
from compose.postman.parts import Folder, Request

PUBLIC_PROFILES = f"""
    pm.expect(body).to.have.all.keys(
      "count", "count_capped", "next", "previous", "results");
    body.results.forEach((member) => pm.expect(member).to.have.all.keys({PUBLIC_KEYS}));
"""

LISTS = Folder(
    "Who is there",
    "The list with its filters and pages, and the profiles that others see.",
    [
        Request(
            "Who is within 10 km of Ann?",
            "GET /api/clients/?distance=10&last_name={{bob_name}}",
            "Nearest first. Distances are to the public point: the centre of a cell.",
            200,
            {
                "a page of public profiles": PUBLIC_PROFILES,
                "Bob, some kilometres away": """
                    pm.expect(body.count).to.equal(1);
                    const [bob] = body.results;
                    pm.expect(bob.id).to.equal(get("bob_id"));
                    pm.expect(bob.distance_km).to.be.within(1, 4);
                    pm.expect(bob.liked).to.be.false;
                """,
            },
        ),
        Request(
            "The same for a map",
            "GET /api/clients/?distance=10&last_name={{bob_name}}",
            "A FeatureCollection of public points.",
            200,
            {
                "GeoJSON": IS_GEOJSON,
                "a collection": FEATURE_COLLECTION,
                "not where Bob is": """
                    const { coordinates } = body.features[0].geometry;
                    pm.expect(coordinates).to.not.eql([-12.28, -37.08]);
                    pm.expect(coordinates[0]).to.be.closeTo(-12.28, 0.03);
                    pm.expect(coordinates[1]).to.be.closeTo(-37.08, 0.015);
                """,
            },
            headers={"Accept": "application/geo+json"},
        ),
        Request(
            "The first page",
            "GET /api/list?page_size=1",
            "The documented path without a slash; newest first, and never oneself.",
            200,
            {
                "a page of public profiles": PUBLIC_PROFILES,
                "one": "pm.expect(body.results).to.have.lengthOf(1)",
                "not Ann": 'pm.expect(body.results[0].id).to.not.equal(get("ann_id"))',
                "no page before": "pm.expect(body.previous).to.be.null",
            },
            keep={"first_id": "body.results[0].id"},
        ),
        Request(
            "A page from a cursor that is none",
            "GET /api/clients/?cursor=tampered",
            "Cursors are signed.",
            400,
            fields("cursor"),
        ),
        Request(
            "Filters combine",
            "GET /api/list?gender=male&first_name=bo&last_name={{bob_name}}&liked=false"
            "&matched=false&in_bbox=-13,-38,-12,-37",
            "Parts of names in any case; a box of west, south, east, north.",
            200,
            {
                "Bob": """
                    pm.expect(body.results.map(({ id }) => id)).to.eql([get("bob_id")]);
                """,
            },
        ),
        Request(
            "A box over the antimeridian",
            "GET /api/clients/?last_name={{bob_name}}&in_bbox=170,-90,-170,90",
            "West is greater than east there; Bob is elsewhere.",
            200,
            {"nobody": "pm.expect(body).to.include({ count: 0, next: null })"},
        ),
        Request(
            "Nonsense in filters",
            "GET /api/clients/?distance=ten&gender=x&liked=maybe&bbox=1,2&distnace=5",
            "All of it is told, and an unknown parameter with the nearest known one.",
            400,
            fields("distance", "gender", "liked", "bbox", "distnace"),
        ),
        Request(
            "Bob, as Ann sees him",
            "GET /api/clients/{{bob_id}}/",
            "Never an e-mail, a phone number or an exact place.",
            200,
            {
                "the public profile": f"""
                    pm.expect(body).to.have.all.keys({PUBLIC_KEYS});
                """,
                "Bob": 'pm.expect(body.last_name).to.equal(get("bob_name"))',
            },
        ),
        Request(
            "Who does not exist",
            "GET /api/clients/999999999999999999/",
            "404.",
            404,
            code("not_found"),
        ),
        Request(
            "Ann deletes Bob",
            "DELETE /api/clients/{{bob_id}}/",
            "Staff may.",
            403,
            code("permission_denied"),
        ),
    ],
)

MEMBERS = Folder(
    "Members",
    """
    The Matchmaker system: accounts, profiles, who is near. Ann and Bob live on Tristan
    da Cunha, the remotest island where people do: each other's nearest.
    """,
    [SIGN_UP, PROFILE, LISTS, PASSWORDS, EMAILS],
)
