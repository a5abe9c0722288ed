"""Section 3 of the contract: organizations."""

from compose.postman.folders.values import (
    FEATURE_COLLECTION,
    IS_GEOJSON,
    code,
    fields,
)
from compose.postman.parts import NOBODY, Folder, Request, token

ANN, BOB = token("ann_token"), token("bob_token")
MEMBERS = "/api/organizations/{{organization_id}}/members/"

ORGANIZATION = """
    pm.expect(body).to.have.all.keys(
      "id", "title", "description", "postcode", "address", "full_address",
      "location", "users");
"""

ORGANIZATIONS = Folder(
    "Organizations",
    "Eve's organization and who is in it.",
    [
        Request(
            "What is wrong with it",
            "POST /api/organizations/create/",
            "No title, a user that is none, half of a place.",
            400,
            fields("title", "users", "latitude"),
            json={"users": [{"email": "nobody-{{eve_email}}"}], "longitude": 30.3},
        ),
        Request(
            "Eve makes an organization",
            "POST /api/organizations/create/",
            "She is its owner; Bob, whom she names, is a member.",
            201,
            {
                "the organization": ORGANIZATION,
                "the address in one line": """
                    pm.expect(body.full_address).to.equal("TDCU 1ZZ, The Settlement");
                """,
                "who is in it": """
                    const roles = body.users.map((user) => [user.id, user.role]);
                    pm.expect(Object.fromEntries(roles)).to.eql({
                      [get("eve_id")]: "owner", [get("bob_id")]: "member",
                    });
                """,
                "Eve by the name that she signed up with": """
                    const eve = body.users.find(({ id }) => id === get("eve_id"));
                    pm.expect(eve).to.include({
                      first_name: "Eve", last_name: "Glass",
                    });
                """,
                "nothing of Bob, who was not asked": """
                    const bob = body.users.find(({ id }) => id === get("bob_id"));
                    pm.expect(bob).to.have.all.keys(
                      "id", "first_name", "last_name", "role", "confirmed");
                    pm.expect(bob.confirmed).to.be.false;
                """,
            },
            keep={"organization_id": "body.id"},
            fresh={"club": 'pm.variables.replaceIn("Club {{$randomUUID}}")'},
            json={
                "title": "{{club}}",
                "description": "Walks",
                "postcode": "TDCU 1ZZ",
                "address": "The Settlement",
                "users": [{"id": "{{bob_id}}"}],
                "location": {"type": "Point", "coordinates": [-12.3, -37.06]},
            },
        ),
        Request(
            "Found by its title",
            "GET /api/organizations/?search={{club}}&limit=1",
            "`limit` and `offset` make pages.",
            200,
            {
                "one": """
                    pm.expect(body).to.have.all.keys(
                      "count", "next", "previous", "results");
                    pm.expect(body.count).to.equal(1);
                    pm.expect(body.results[0].id).to.equal(get("organization_id"));
                """
            },
        ),
        Request(
            "On a map",
            "GET /api/organizations/?search={{club}}&in_bbox=-13,-38,-12,-37",
            "Organizations are public places: their own points, exactly.",
            200,
            {
                "GeoJSON": IS_GEOJSON,
                "a collection": FEATURE_COLLECTION,
                "where it is": """
                    const { coordinates } = body.features[0].geometry;
                    pm.expect(coordinates).to.eql([-12.3, -37.06]);
                """,
            },
            headers={"Accept": "application/geo+json"},
        ),
        Request(
            "One of them",
            "GET /api/organizations/{{organization_id}}",
            "The documented path without a slash. Ann, a stranger, reads names only.",
            200,
            {
                "the organization": ORGANIZATION,
                "no e-mail": 'pm.expect(pm.response.text()).to.not.include("@")',
            },
            auth=ANN,
        ),
        Request(
            "Nobody reads it",
            "GET /api/organizations/{{organization_id}}",
            "401.",
            401,
            code("not_authenticated"),
            auth=NOBODY,
        ),
        Request(
            "Eve changes it",
            "PATCH /api/organizations/{{organization_id}}",
            "What is empty leaves no stray comma.",
            200,
            {"changed": 'pm.expect(body.full_address).to.equal("The Settlement")'},
            json={"postcode": ""},
        ),
        Request(
            "Ann changes it",
            "PATCH /api/organizations/{{organization_id}}",
            "Its owners and staff may.",
            403,
            code("permission_denied"),
            json={"title": "Mine"},
            auth=ANN,
        ),
        Request(
            "Bob confirms",
            f"POST {MEMBERS}",
            "That he is a member; now they read each other's contacts.",
            200,
            {
                "Eve's telephone": """
                    const eve = body.users.find(({ id }) => id === get("eve_id"));
                    pm.expect(eve.telephone).to.equal(get("eve_phone"));
                """
            },
            json={"user": {"id": "{{bob_id}}"}},
            auth=BOB,
        ),
        Request(
            "Eve adds Ann",
            f"POST {MEMBERS}",
            "By e-mail, which Eve knew before.",
            200,
            {
                "Ann too": """
                    pm.expect(body.users.map(({ id }) => id)).to.include(get("ann_id"));
                """,
            },
            json={"user": {"email": "{{ann_email}}"}, "role": "member"},
        ),
        Request(
            "Ann removes Bob",
            f"DELETE {MEMBERS}",
            "A member may not.",
            403,
            code("permission_denied"),
            json={"user": {"id": "{{bob_id}}"}},
            auth=ANN,
        ),
        Request(
            "Ann leaves it",
            f"DELETE {MEMBERS}",
            "Everybody may leave.",
            204,
            json={"user": {"id": "{{ann_id}}"}},
            auth=ANN,
        ),
        Request(
            "Eve names Ann again",
            f"POST {MEMBERS}",
            "Who left comes back by own consent only: Ann is asked, and not listed.",
            200,
            {
                "without Ann": """
                    const ids = body.users.map(({ id }) => id);
                    pm.expect(ids).not.to.include(get("ann_id"));
                """,
            },
            json={"user": {"id": "{{ann_id}}"}},
        ),
        Request(
            "Ann does not want to be named",
            "PATCH /api/clients/me/",
            "By nobody, in any organization.",
            200,
            {"so it is": "pm.expect(body.may_be_named).to.be.false"},
            json={"may_be_named": False},
            auth=ANN,
        ),
        Request(
            "Eve names Ann once more",
            f"POST {MEMBERS}",
            "Answered as if there were no Ann.",
            400,
            fields("user"),
            json={"user": {"id": "{{ann_id}}"}},
        ),
        Request(
            "The last owner leaves it",
            f"DELETE {MEMBERS}",
            "Not before somebody else is one.",
            409,
            code("last_owner"),
            json={"user": {"id": "{{eve_id}}"}},
        ),
    ],
)

DELETION = Request(
    "Eve deletes her organization",
    "DELETE /api/organizations/{{organization_id}}",
    "Its owners may.",
    204,
)
