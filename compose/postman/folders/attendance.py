"""Section 3 of the contract: who attends an event, and calendars."""

from compose.postman.folders.event_lists import ONLY_IT
from compose.postman.folders.values import code
from compose.postman.parts import NOBODY, Folder, Request, token

ANN, BOB = token("ann_token"), token("bob_token")
EVENT = "/api/events/{{event_id}}"
ATTEND = "/api/events/{{event_id}}/attend/"

IS_CALENDAR = {
    "a calendar": """
        pm.expect(pm.response.headers.get("Content-Type")).to.include("text/calendar");
        pm.expect(pm.response.text()).to.match(/^BEGIN:VCALENDAR\\r\\n/);
        pm.expect(pm.response.text()).to.include("END:VCALENDAR");
    """
}
HAS_EVENT = {
    "the event": 'pm.expect(pm.response.text()).to.include("DTSTART:20271223T184500Z")'
}

ATTENDANCE = Folder(
    "Who attends",
    "One place, two who want it.",
    [
        Request(
            "Ann attends",
            f"POST {ATTEND}",
            "The only place is hers.",
            200,
            {"hers": "pm.expect(body).to.eql({ attending: true, attendees: 1 })"},
            auth=ANN,
        ),
        Request(
            "Ann attends again",
            f"POST {ATTEND}",
            "The same state, and no second place.",
            200,
            {"still hers": "pm.expect(body).to.eql({ attending: true, attendees: 1 })"},
            auth=ANN,
        ),
        Request(
            "It is full",
            f"POST {ATTEND}",
            "For Bob.",
            409,
            code("event_full"),
            auth=BOB,
        ),
        Request(
            "Bob waits",
            f"POST {ATTEND}",
            "He is the first in the line.",
            200,
            {"in the line": "pm.expect(body).to.eql({ attending: false, waiting: 1 })"},
            json={"wait": True},
            auth=BOB,
        ),
        Request(
            "Ann gives her place back",
            f"DELETE {ATTEND}",
            "It goes to the first in the line, who is mailed.",
            204,
            auth=ANN,
        ),
        Request(
            "Bob has it",
            f"GET {EVENT}/",
            "At once.",
            200,
            {"his": "pm.expect(body).to.include({ attending: true, attendees: 1 })"},
            auth=BOB,
        ),
        Request(
            "What Bob attends",
            "GET /api/events/?attending=true",
            "A filter of the list.",
            200,
            ONLY_IT,
            auth=BOB,
        ),
    ],
)

CALENDARS = Folder(
    "Calendars",
    "iCalendar files, and an address that calendar programs subscribe to.",
    [
        Request(
            "One event",
            f"GET {EVENT}/calendar.ics",
            "To import.",
            200,
            IS_CALENDAR | HAS_EVENT,
        ),
        Request(
            "A list of events",
            "GET /api/events/calendar.ics?organization={{organization_id}}",
            "The list's filters.",
            200,
            IS_CALENDAR | HAS_EVENT,
        ),
        Request(
            "No address yet",
            "GET /api/events/calendar/",
            "404 before one is made.",
            404,
            code("not_found"),
            auth=BOB,
        ),
        Request(
            "A distance from nowhere",
            "POST /api/events/calendar/",
            "A feed is never measured from where its owner is.",
            400,
            {"on distance": 'pm.expect(body).to.have.property("distance")'},
            json={"distance": 10},
            auth=BOB,
        ),
        Request(
            "Bob makes one",
            "POST /api/events/calendar/",
            "Secret: whoever has it reads what Bob attends. The one before is dead.",
            201,
            {"an address": r"pm.expect(body.url).to.match(/\/[\w-]{32}\.ics$/)"},
            keep={"feed_secret": 'body.url.split("/").pop().replace(".ics", "")'},
            auth=BOB,
        ),
        Request(
            "It may be read again",
            "GET /api/events/calendar/",
            "The same.",
            200,
            {"the same": 'pm.expect(body.url).to.include(get("feed_secret"))'},
            auth=BOB,
        ),
        Request(
            "What a calendar program reads",
            "GET /api/events/calendar/{{feed_secret}}.ics",
            "It sends no headers.",
            200,
            IS_CALENDAR | HAS_EVENT,
            auth=NOBODY,
        ),
        Request(
            "Bob revokes it",
            "DELETE /api/events/calendar/",
            "It is dead at once.",
            204,
            auth=BOB,
        ),
        Request(
            "It is dead",
            "GET /api/events/calendar/{{feed_secret}}.ics",
            "404.",
            404,
            code("not_found"),
            auth=NOBODY,
        ),
    ],
)
