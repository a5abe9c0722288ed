"""Section 5 of the contract: rooms and messages over HTTP."""

from compose.postman.folders.values import code, fields
from compose.postman.parts import NOBODY, Folder, Request, bearer, token

BOB, EVE = token("bob_token"), bearer("eve_access")
ROOMS = "/api/chat/rooms/"
ROOM = "/api/chat/rooms/{{room_id}}/"
MESSAGES = "/api/chat/rooms/{{room_id}}/messages/"
READ = "/api/chat/rooms/{{room_id}}/read/"

HERS = """
    pm.expect(body).to.eql({
      id: 1, room: get("room_id"), hidden: false, message: "Tea at six?",
      user: { id: get("ann_id"), first_name: "Anna" },
      sent_at: body.sent_at, client_id: get("client_uuid"),
    });
"""
CLOSED = code("room_unknown")

TWO = Folder(
    "Whom one talks to",
    "Those with whom one is matched, or shares an organization or an event.",
    [
        Request(
            "Ann would talk to Eve",
            f"POST {ROOMS}",
            "They have nothing in common.",
            403,
            code("not_acquainted"),
            json={"member": "{{eve_id}}"},
        ),
        Request(
            "Ann would talk to nobody",
            f"POST {ROOMS}",
            "There is no such member.",
            404,
            code("not_found"),
            json={"member": 999999999999999999},
        ),
        Request(
            "Ann does not say to whom",
            f"POST {ROOMS}",
            "A member's id is needed.",
            400,
            fields("member"),
            json={"member": "Bob"},
        ),
        Request(
            "Ann likes Bob anew",
            "POST /api/clients/{{bob_id}}/match/",
            "He has never stopped, so it is a match, which opens a room.",
            201,
            {"matched": "pm.expect(body).to.include({ liked: true, matched: true })"},
        ),
        Request(
            "Ann opens their room",
            f"POST {ROOMS}",
            "It is there already: 200.",
            200,
            {
                "with Bob": """
                    pm.expect(body).to.eql({
                      id: body.id, kind: "direct", title: "Bob",
                      last_id: 0, read_id: 0, unread: 0,
                      user: { id: get("bob_id"), first_name: "Bob" },
                    });
                """
            },
            keep={"room_id": "body.id"},
            json={"member": "{{bob_id}}"},
        ),
        Request(
            "Ann's rooms",
            f"GET {ROOMS}",
            "The lobby, where everybody is, comes first.",
            200,
            {
                "the lobby and Bob's": """
                    const [lobby, room] = body.results;
                    pm.expect(body.count).to.equal(2);
                    pm.expect(lobby).to.include({ kind: "lobby", user: null });
                    pm.expect(room.id).to.equal(get("room_id"));
                """
            },
        ),
        Request(
            "Nobody's rooms",
            f"GET {ROOMS}",
            "401.",
            401,
            code("not_authenticated"),
            auth=NOBODY,
        ),
    ],
)

TALK = Folder(
    "A message",
    "Its `id` is its place in the room: 1, 2, 3, … without holes.",
    [
        Request(
            "Ann writes",
            f"POST {MESSAGES}",
            "The client names its message, so that it can send it again.",
            201,
            {"hers": HERS},
            fresh={"client_uuid": 'pm.variables.replaceIn("{{$guid}}")'},
            json={"message": "Tea at six?", "client_id": "{{client_uuid}}"},
        ),
        Request(
            "Ann's client sends it again",
            f"POST {MESSAGES}",
            "The same message, and nothing twice: 200.",
            200,
            {"the same": HERS},
            json={"message": "Tea at six?", "client_id": "{{client_uuid}}"},
        ),
        Request(
            "An empty message",
            f"POST {MESSAGES}",
            "400.",
            400,
            fields("message"),
            json={"message": ""},
        ),
        Request(
            "Bob has a message",
            f"GET {ROOM}",
            "One that he has not read.",
            200,
            {
                "from Ann": """
                    pm.expect(body).to.include({ last_id: 1, unread: 1 });
                    pm.expect(body.user).to.eql({
                      id: get("ann_id"), first_name: "Anna",
                    });
                """
            },
            auth=BOB,
        ),
        Request(
            "Bob reads it",
            f"GET {MESSAGES}?limit=10",
            "The latest first; `next` leads to older ones.",
            200,
            {
                "it alone": """
                    const { results, ...page } = body;
                    pm.expect(page).to.eql({ count: 1, next: null, previous: null });
                    pm.expect(results.map(({ id, message }) => [id, message])).to.eql([
                      [1, "Tea at six?"],
                    ]);
                """
            },
            auth=BOB,
        ),
        Request(
            "Before the first",
            f"GET {MESSAGES}?before=1",
            "Nothing.",
            200,
            {"none": "pm.expect(body.results).to.eql([])"},
            auth=BOB,
        ),
        Request(
            "Bob has read it",
            f"POST {READ}",
            "Ann's sockets are told.",
            200,
            {
                "up to it": """
                    pm.expect(body).to.eql({ room: get("room_id"), read_id: 1 });
                """
            },
            json={"id": 1},
            auth=BOB,
        ),
        Request(
            "Bob has read what is not there",
            f"POST {READ}",
            "The room has one message.",
            400,
            fields("id"),
            json={"id": 2},
            auth=BOB,
        ),
    ],
)

RIGHTS = Folder(
    "Who is not in it",
    "404, as for a room that does not exist.",
    [
        Request("Eve looks in", f"GET {ROOM}", "In vain.", 404, CLOSED, auth=EVE),
        Request(
            "Eve reads along", f"GET {MESSAGES}", "In vain.", 404, CLOSED, auth=EVE
        ),
        Request(
            "Eve joins in",
            f"POST {MESSAGES}",
            "In vain.",
            404,
            CLOSED,
            json={"message": "Me too!"},
            auth=EVE,
        ),
        Request(
            "Ann withdraws her like",
            "DELETE /api/clients/{{bob_id}}/match/",
            "The match ends, and the room is closed at once.",
            204,
        ),
        Request(
            "Bob answers too late",
            f"POST {MESSAGES}",
            "It is no longer open to him.",
            404,
            CLOSED,
            json={"message": "Gladly!"},
            auth=BOB,
        ),
    ],
)

CHAT = Folder(
    "Chat",
    """
    Rooms and messages over HTTP. Live they come over a WebSocket, `/ws/chat/`, which
    collections cannot open: README tells its frames, and `/chat/demo/` is a client.
    """,
    [TWO, TALK, RIGHTS],
)
