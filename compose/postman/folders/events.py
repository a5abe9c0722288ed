"""Section 3 of the contract: events, who attends them, calendars."""

from compose.postman.folders.attendance import ATTENDANCE, CALENDARS
from compose.postman.folders.event_lists import LISTS
from compose.postman.folders.event_organizations import EVENT_ORGANIZATIONS
from compose.postman.folders.organizations import DELETION, ORGANIZATIONS
from compose.postman.folders.pairs import SIGN_IN
from compose.postman.folders.values import (
    NO_PICTURE,
    PICTURE,
    code,
    fields,
    header,
)
from compose.postman.parts import NOBODY, Folder, Request, bearer, token

ANN, BOB = token("ann_token"), token("bob_token")
EVENT = "/api/events/{{event_id}}"

# Clocks differ, and a worker has other work: `until_s` is for that.
UNTIL_PUBLISH_AT = """
    const wait_ms = Date.parse(get("publish_at")) - Date.now();
    if (wait_ms > 0) setTimeout(() => {}, wait_ms);
"""

WRONG = ("title", "titel", "date", "organizations", "capacity", "image", "latitude")

SCHEDULED = Folder(
    "A new event",
    "Checked and stored at once, there for all a minute later.",
    [
        Request(
            "What is wrong with it",
            "POST /api/events/create/",
            """
            A misspelt title, a day that is none, an organization that does not exist,
            no places, a text for a picture, half of a place: all at once.
            """,
            400,
            fields(*WRONG),
            form={
                "titel": "Fest",
                "date": "soon",
                "organizations": '[{"id": 999999999999}]',
                "capacity": "0",
                "image": NO_PICTURE,
                "longitude": "30.3",
            },
            auth=ANN,
        ),
        Request(
            "Eve makes an event",
            "POST /api/events/create/",
            "With a picture, for one guest. 202: it appears at `publish_at`.",
            202,
            {
                "scheduled": """
                    const { id, url, publish_at } = body;
                    pm.expect(body).to.eql({
                      id, status: "scheduled", publish_at, url,
                    });
                """,
                **header("Location", "to.equal(body.url)"),
            },
            keep={"event_id": "body.id", "publish_at": "body.publish_at"},
            fresh={"fest": 'pm.variables.replaceIn("Fest {{$randomUUID}}")'},
            form={
                "title": "{{fest}}",
                "description": "Loud",
                "date": "2027-12-23T21:45:00+03:00",
                "organizations[0][id]": "{{organization_id}}",
                "capacity": "1",
                "image": PICTURE,
                "longitude": "-12.31",
                "latitude": "-37.06",
            },
        ),
        Request(
            "Eve sees it",
            f"GET {EVENT}/",
            "She alone.",
            200,
            {"scheduled": 'pm.expect(body.status).to.equal("scheduled")'},
        ),
        Request(
            "Eve changes it",
            f"PATCH {EVENT}/",
            "Before it is there for all.",
            200,
            {"changed": 'pm.expect(body.description).to.equal("Very loud")'},
            json={"description": "Very loud"},
        ),
        Request(
            "Nobody else knows of it",
            f"GET {EVENT}/",
            "404 for Ann.",
            404,
            code("not_found"),
            auth=ANN,
        ),
        Request(
            "Eve would attend it",
            f"POST {EVENT}/attend/",
            "Not yet.",
            409,
            code("event_not_published"),
        ),
        Request(
            "It appears",
            f"GET {EVENT}/",
            """
            After a minute (`EVENT_PUBLISH_DELAY_SECONDS`), for which a run waits here.
            In full: the organizations with who is in them.
            """,
            200,
            {
                "the event": """
                    pm.expect(body).to.have.all.keys(
                      "id", "status", "title", "description", "image", "thumbnail",
                      "date", "all_day", "location", "capacity", "attendees",
                      "attending", "organizations");
                    pm.expect(body).to.include({
                      id: get("event_id"), status: "published", title: get("fest"),
                      description: "Very loud", date: "2027-12-23T18:45:00Z",
                      capacity: 1, attendees: 0, attending: false,
                    });
                    pm.expect(body.location.coordinates).to.eql([-12.31, -37.06]);
                """,
                "its organization": """
                    const [club] = body.organizations;
                    pm.expect(club).to.have.all.keys(
                      "id", "title", "description", "full_address", "users");
                    pm.expect(club.id).to.equal(get("organization_id"));
                    const ids = club.users.map(({ id }) => id);
                    pm.expect(ids).to.have.members([get("eve_id"), get("bob_id")]);
                """,
                "no contacts for a stranger": """
                    pm.expect(pm.response.text()).to.not.include("@");
                """,
            },
            keep={"event_image": "body.image"},
            auth=ANN,
            before=UNTIL_PUBLISH_AT,
            until_s=30,
        ),
        Request(
            "Its picture",
            "GET {{event_image}}",
            "Open to all who have its address.",
            200,
            {
                **header("Content-Type", 'to.equal("image/jpeg")'),
            },
            auth=NOBODY,
        ),
    ],
)


END = Folder(
    "The end of it",
    "Who may cancel and delete.",
    [
        Request(
            "Ann cancels it",
            f"DELETE {EVENT}/",
            "Its creator, owners of its organizations and staff may.",
            403,
            code("permission_denied"),
            auth=ANN,
        ),
        Request("Eve cancels it", f"DELETE {EVENT}/", "The creator may.", 204),
        Request(
            "It is gone",
            f"GET {EVENT}/",
            "404.",
            404,
            code("not_found"),
        ),
        DELETION,
    ],
)

EVENTS = Folder(
    "Events and organizations",
    "The events system. A run waits a minute here, for an event to appear.",
    [
        SIGN_IN,
        ORGANIZATIONS,
        EVENT_ORGANIZATIONS,
        SCHEDULED,
        LISTS,
        ATTENDANCE,
        CALENDARS,
        END,
    ],
    auth=bearer("eve_access"),
)
