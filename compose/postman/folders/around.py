"""Section 8 of the contract: documentation, health, the first page."""

from compose.postman.folders.values import header
from compose.postman.parts import NOBODY, Folder, Request

IS_PAGE = {
    **header("Content-Type", 'to.include("text/html")'),
}

AROUND = Folder(
    "Around it",
    "Pages for people and for machines; none of them needs a sign-in.",
    [
        Request(
            "Alive",
            "GET /health/live",
            "The process answers.",
            200,
            {"ok": 'pm.expect(body).to.eql({ status: "ok" })'},
        ),
        Request(
            "Ready",
            "GET /health/ready",
            """
            The database, Redis, the workers and the sweeper do their work; `lag_s`
            tells how long the most overdue work of each kind waits. 503 names what
            fails.
            """,
            200,
            {
                "ok": 'pm.expect(body.status).to.equal("ok")',
                "how late": """
                    pm.expect(body.lag_s).to.be.an("object").that.is.not.empty;
                """,
            },
        ),
        Request(
            "The schema",
            "GET /swagger.json",
            "Swagger 2.0: every path, its parameters and answers.",
            200,
            {
                "Swagger 2.0": 'pm.expect(body.swagger).to.equal("2.0")',
                "both keys": """
                    const keys = body.securityDefinitions;
                    pm.expect(keys).to.have.all.keys("Token", "Bearer");
                """,
                "paths": """
                    const { paths } = body;
                    pm.expect(paths).to.include.keys("/api/clients/", "/api/events/");
                """,
            },
        ),
        Request(
            "Swagger UI", "GET /docs", "To try the API in a browser.", 200, IS_PAGE
        ),
        Request(
            "Swagger UI by its other name",
            "GET /api/v1/schema/docs/",
            "The referral system documented this path.",
            200,
            IS_PAGE,
        ),
        Request("ReDoc", "GET /redoc", "To read the API in a browser.", 200, IS_PAGE),
        Request(
            "The chat's page",
            "GET /chat/demo",
            "To try the chat in two tabs.",
            200,
            IS_PAGE | header("Content-Security-Policy", 'to.include("script-src")'),
        ),
        Request(
            "The page of links in mails",
            "GET /reset/",
            "Where links lead, and whoever has forgotten a password asks for one.",
            200,
            IS_PAGE | header("Content-Security-Policy", 'to.include("script-src")'),
        ),
        Request("The first page", "GET /", "Of the service.", 200, IS_PAGE),
        Request("The admin panel", "GET /admin/", "Asks for a sign-in.", 200, IS_PAGE),
        Request(
            "A path that is none",
            "GET /api/nothing/",
            "404 in JSON, as everywhere.",
            404,
            {"the code": 'pm.expect(body.code).to.equal("not_found")'},
        ),
    ],
    auth=NOBODY,
)
