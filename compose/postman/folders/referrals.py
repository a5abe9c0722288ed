"""Section 4 of the contract: sign-up by invitation, and whom one has invited."""

from compose.postman.folders.codes import ACTIVATION, CODES, END
from compose.postman.folders.values import EMAIL, PAIR, PASSWORD, code, fields
from compose.postman.parts import NOBODY, Folder, Request, token

BOB = token("bob_token")

SIGN_UP = Folder(
    "Sign-up by invitation",
    "Ivy comes in with Ann's code.",
    [
        Request(
            "Everything wrong is told at once",
            "POST /api/v1/auth/signup/",
            """
            A taken e-mail in capitals, a weak password, a code that is none, half of a
            place; in Russian. No account is made.
            """,
            400,
            fields("email", "password", "code_by_inviter", "latitude")
            | {"in Russian": "pm.expect(body.email[0]).to.match(/[а-я]/)"},
            fresh={"ann_capitals": 'get("ann_email").toUpperCase()'},
            json={
                "email": "{{ann_capitals}}",
                "password": "123",
                "code_by_inviter": "NONE00",
                "longitude": 30.3,
            },
            headers={"Accept-Language": "ru"},
        ),
        Request(
            "Ivy signs up",
            "POST /api/v1/auth/signup/",
            "And is signed in.",
            201,
            PAIR,
            fresh={"ivy_email": EMAIL, "ivy_password": PASSWORD},
            json={
                "email": "{{ivy_email}}",
                "password": "{{ivy_password}}",
                "username": "Ivy",
                "code_by_inviter": "{{ann_invite}}",
            },
        ),
        Request(
            "A wrong password",
            "POST /api/v1/auth/login/",
            "401.",
            401,
            code("sign_in_failed"),
            json={"email": "{{ivy_email}}", "password": "wrong"},
        ),
        Request(
            "Ivy signs in",
            "POST /api/v1/auth/login/",
            "Another pair.",
            200,
            PAIR,
            keep={"ivy_refresh": "body.refresh"},
            json={"email": "{{ivy_email}}", "password": "{{ivy_password}}"},
        ),
        Request(
            "A new pair",
            "POST /api/v1/auth/refresh_token/",
            "The refresh token is used up by it.",
            200,
            PAIR,
            keep={"ivy_access": "body.access"},
            json={"refresh": "{{ivy_refresh}}"},
        ),
    ],
    auth=NOBODY,
)

READING = Folder(
    "Whom Ann has invited",
    "Her referrals, theirs, and the leaderboard.",
    [
        Request(
            "Ann's referrals",
            "GET /api/v1/users/{{ann_id}}/",
            "The latest first; names, and nothing else of them.",
            200,
            {
                "Bob and Ivy": """
                    pm.expect(body.count).to.equal(2);
                    pm.expect(body.next).to.be.null;
                    body.results.forEach((one) => {
                      pm.expect(one).to.have.all.keys(
                        "id", "first_name", "activated_at");
                    });
                    const names = body.results.map(({ first_name }) => first_name);
                    pm.expect(names).to.eql(["Bob", "Ivy"]);
                """
            },
        ),
        Request(
            "A page of them",
            "GET /api/v1/users/{{ann_id}}/?page_size=1",
            "`next` has a cursor.",
            200,
            {
                "one of two": """
                    pm.expect(body.results).to.have.lengthOf(1);
                    pm.expect(body.next).to.include("cursor=");
                """
            },
        ),
        Request(
            "Bob reads them",
            "GET /api/v1/users/{{ann_id}}/",
            "The same: any member may read whom a member has invited.",
            200,
            {
                "Bob and Ivy": """
                    const names = body.results.map(({ first_name }) => first_name);
                    pm.expect(names).to.eql(["Bob", "Ivy"]);
                """
            },
            auth=BOB,
        ),
        Request(
            "Ann's tree",
            "GET /api/v1/users/me/tree/?depth=2",
            "Whom she has invited, whom those have.",
            200,
            {
                "two, at the first level": """
                    pm.expect(body.depth).to.equal(2);
                    pm.expect(body.total).to.equal(2);
                    pm.expect(body.levels[0]).to.eql({ level: 1, count: 2 });
                    body.members.forEach((member) => {
                      pm.expect(member.invited_by).to.equal(get("ann_id"));
                    });
                """
            },
        ),
        Request(
            "A tree too deep",
            "GET /api/v1/users/me/tree/?depth=99",
            "There is an end to it.",
            400,
            fields("depth"),
        ),
        Request(
            "The leaderboard",
            "GET /api/v1/leaderboard/?period=month",
            "Counted every few minutes; names and counts.",
            200,
            {
                "standings": """
                    pm.expect(body).to.have.all.keys("period", "counted_at", "results");
                    pm.expect(body.period).to.equal("month");
                    body.results.forEach((one) => {
                      pm.expect(one).to.have.all.keys(
                        "rank", "first_name", "count", "is_me");
                    });
                """
            },
        ),
        Request(
            "Does Ann stand on it?",
            "GET /api/v1/leaderboard/me/",
            "She may, until she says no.",
            200,
            {"yes": "pm.expect(body).to.eql({ listed: true })"},
        ),
        Request(
            "Ann does not want to",
            "PATCH /api/v1/leaderboard/me/",
            "She stands on none from now on.",
            200,
            {"no": "pm.expect(body).to.eql({ listed: false })"},
            json={"listed": False},
        ),
    ],
)

REFERRALS = Folder(
    "Referrals",
    "The referral system: codes with an end, sign-up by invitation, who invited whom.",
    [CODES, SIGN_UP, ACTIVATION, READING, END],
)
