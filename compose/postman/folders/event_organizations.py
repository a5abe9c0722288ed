"""Section 3 of the contract: organizations that are asked to make an event."""

from compose.postman.folders.values import code
from compose.postman.parts import Folder, Request, token

ANN = token("ann_token")
EVENT = "/api/events/{{shared_event_id}}"
ORGANIZATION = f"{EVENT}/organizations/{{{{organization_id}}}}/"


def standing(status: str) -> dict[str, str]:
    return {
        status: f"""
            pm.expect(body).to.eql({{
              id: get("organization_id"), title: get("club"), status: "{status}",
            }});
        """
    }


EVENT_ORGANIZATIONS = Folder(
    "An event of several organizations",
    "Ann asks Eve's organization, of which she is no member, to make an event.",
    [
        Request(
            "Ann names Eve's organization",
            "POST /api/events/create/",
            "Where the creator is a confirmed member it would stand at once.",
            202,
            keep={"shared_event_id": "body.id"},
            json={"title": "Ball", "organizations": [{"id": "{{organization_id}}"}]},
            auth=ANN,
        ),
        Request(
            "It is invited",
            f"GET {EVENT}/",
            "Others see no organization until its owners have accepted.",
            200,
            {
                "invited": """
                    const [club] = body.organizations;
                    pm.expect(club.status).to.equal("invited");
                """
            },
            auth=ANN,
        ),
        Request(
            "Eve is asked",
            "GET /api/events/?invited=true",
            "By a mail too, once. She reads the event before it is there for all.",
            200,
            {
                "the event": """
                    const ids = body.results.map(({ id }) => id);
                    pm.expect(ids).to.include(get("shared_event_id"));
                """
            },
        ),
        Request("Eve declines", f"DELETE {ORGANIZATION}", "An owner may.", 204),
        Request(
            "Ann asks again",
            f"POST {ORGANIZATION}",
            "What owners have declined comes back by owners alone.",
            409,
            code("organization_declined"),
            auth=ANN,
        ),
        Request(
            "Eve accepts after all",
            f"POST {ORGANIZATION}",
            "From now on it is her event too.",
            200,
            standing("confirmed"),
        ),
        Request(
            "Ann takes it away",
            f"DELETE {ORGANIZATION}",
            "As the event's creator; then she may ask again.",
            204,
            auth=ANN,
        ),
        Request(
            "Ann asks anew",
            f"POST {ORGANIZATION}",
            "Eve is not mailed a second time.",
            200,
            standing("invited"),
            auth=ANN,
        ),
        Request(
            "Ann cancels it", f"DELETE {EVENT}/", "The creator may.", 204, auth=ANN
        ),
    ],
)
