"""Section 2 of the contract, between two members."""

from compose.postman.folders.values import FEATURE_COLLECTION, IS_GEOJSON, code, fields
from compose.postman.parts import NOBODY, Folder, Request, token

BOB = token("bob_token")


def is_between(text: str) -> dict[str, str]:
    return {text: f"pm.expect(body).to.eql({text})"}


def listed(who: str, *, is_there: bool) -> dict[str, str]:
    verb = "include" if is_there else "not.include"
    return {
        f"{who.title()} is {'' if is_there else 'not '}there": (
            f'pm.expect(body.results.map(({{ id }}) => id)).to.{verb}(get("{who}_id"))'
        )
    }


DISCOVER = "GET /api/discover/?max_km=10&page_size=100"

LIKES = Folder(
    "Likes",
    "Who likes, is liked and matched. A match mails both, once.",
    [
        Request(
            "Whom may Ann want to meet?",
            DISCOVER,
            "Near, suiting, and not judged yet; nearest first.",
            200,
            listed("bob", is_there=True),
        ),
        Request(
            "The same for a map",
            DISCOVER + "&format=geojson",
            "As GeoJSON.",
            200,
            {"GeoJSON": IS_GEOJSON, "a collection": FEATURE_COLLECTION},
        ),
        Request(
            "Ann passes Bob",
            "POST /api/clients/{{bob_id}}/pass/",
            "Put away: discover does not show him again.",
            204,
        ),
        Request(
            "Bob is not discovered",
            DISCOVER,
            "As long as he is put away.",
            200,
            listed("bob", is_there=False),
        ),
        Request(
            "Ann brings Bob back",
            "DELETE /api/clients/{{bob_id}}/pass/",
            "He may be discovered again.",
            204,
        ),
        Request(
            "Nothing yet",
            "GET /api/clients/{{bob_id}}/match/",
            "Reading changes nothing.",
            200,
            is_between("{ liked: false, matched: false }"),
        ),
        Request(
            "Ann likes Bob",
            "POST /api/clients/{{bob_id}}/match/",
            "The first time 201.",
            201,
            is_between("{ liked: true, matched: false }"),
        ),
        Request(
            "Ann likes Bob again",
            "POST /api/clients/{{bob_id}}/match/",
            "The same state, and nothing twice: 200.",
            200,
            is_between("{ liked: true, matched: false }"),
        ),
        Request(
            "Ann likes herself",
            "POST /api/clients/{{ann_id}}/match/",
            "400.",
            400,
            fields("non_field_errors"),
        ),
        Request(
            "Ann likes nobody",
            "POST /api/clients/999999999999999999/match/",
            "404.",
            404,
            code("not_found"),
        ),
        Request(
            "Nobody likes Bob",
            "POST /api/clients/{{bob_id}}/match/",
            "401.",
            401,
            code("not_authenticated"),
            auth=NOBODY,
        ),
        Request(
            "Who likes Bob?",
            "GET /api/list?liked_me=true",
            "The latest first.",
            200,
            listed("ann", is_there=True),
            auth=BOB,
        ),
        Request(
            "Bob likes Ann",
            "POST /api/clients/{{ann_id}}/match/",
            "It is mutual, so he is told her e-mail; each gets one mail.",
            201,
            is_between('{ liked: true, matched: true, email: get("ann_email") }'),
            auth=BOB,
        ),
        Request(
            "Ann reads it",
            "GET /api/clients/{{bob_id}}/match/",
            "And she his.",
            200,
            is_between('{ liked: true, matched: true, email: get("bob_email") }'),
        ),
        Request(
            "Ann's matches",
            "GET /api/clients/?matched=true&liked=true",
            "The latest first.",
            200,
            listed("bob", is_there=True),
        ),
        Request(
            "Ann withdraws",
            "DELETE /api/clients/{{bob_id}}/match/",
            "The match ends with it.",
            204,
        ),
        Request(
            "Bob still likes her",
            "GET /api/clients/{{ann_id}}/match/",
            "Her e-mail is no longer told.",
            200,
            is_between("{ liked: true, matched: false }"),
            auth=BOB,
        ),
    ],
)

SAFETY = Folder(
    "Reports and blocks",
    "Who is blocked does not exist, in both directions.",
    [
        Request(
            "A report without a reason",
            "POST /api/clients/{{bob_id}}/report/",
            "It is one of spam, fake, abuse and other.",
            400,
            fields("reason"),
            json={"reason": "dislike"},
        ),
        Request(
            "Ann reports Bob",
            "POST /api/clients/{{bob_id}}/report/",
            "It lands in the admin's queue.",
            201,
            {
                "as it was given": """
                    pm.expect(body).to.have.all.keys("reason", "text", "created_at");
                    pm.expect(body).to.include({ reason: "spam", text: "Ads" });
                """
            },
            json={"reason": "spam", "text": "Ads"},
        ),
        Request(
            "Ann blocks Bob",
            "POST /api/clients/{{bob_id}}/block/",
            "From now on they do not exist for each other.",
            204,
        ),
        Request(
            "Ann is gone for Bob",
            "GET /api/clients/{{ann_id}}/",
            "404, as for an account that is deleted.",
            404,
            code("not_found"),
            auth=BOB,
        ),
        Request(
            "Bob likes her in vain",
            "POST /api/clients/{{ann_id}}/match/",
            "404 everywhere.",
            404,
            code("not_found"),
            auth=BOB,
        ),
        Request(
            "Bob is gone for Ann",
            "GET /api/clients/?last_name={{bob_name}}",
            "It holds both ways.",
            200,
            listed("bob", is_there=False),
        ),
        Request(
            "Ann unblocks Bob",
            "DELETE /api/clients/{{bob_id}}/block/",
            "They are there again.",
            204,
        ),
        Request(
            "Bob is there again",
            "GET /api/clients/{{bob_id}}/",
            "As before.",
            200,
            {"Bob": 'pm.expect(body.id).to.equal(get("bob_id"))'},
        ),
    ],
)

SYMPATHY = Folder(
    "Sympathy",
    "The Matchmaker system: what one member decides about another.",
    [LIKES, SAFETY],
)
