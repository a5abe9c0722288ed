"""Section 3 of the contract: accounts of the events system."""

from compose.postman.folders.values import EMAIL, PAIR, PASSWORD, PHONE, code
from compose.postman.parts import NOBODY, Folder, Request

SIGN_IN = Folder(
    "Sign-up and sign-in",
    "Eve comes in by the events system's paths: a pair of JWTs.",
    [
        Request(
            "Eve signs up",
            "POST /api/user/sign-up/",
            "An e-mail, a telephone, a name, a place.",
            201,
            {
                "as it was given": """
                    pm.expect(body).to.eql({
                      id: body.id, email: get("eve_email"), telephone: get("eve_phone"),
                    });
                """
            },
            keep={"eve_id": "body.id"},
            fresh={"eve_email": EMAIL, "eve_password": PASSWORD, "eve_phone": PHONE},
            json={
                "email": "{{eve_email}}",
                "password": "{{eve_password}}",
                "telephone": "{{eve_phone}}",
                "first_name": "Eve",
                "last_name": "Glass",
                "gender": "female",
                "longitude": -12.3,
                "latitude": -37.08,
            },
            auth=NOBODY,
        ),
        Request(
            "A wrong password",
            "POST /api/user/sign-in/",
            "401 here.",
            401,
            code("sign_in_failed"),
            json={"email": "{{eve_email}}", "password": "wrong"},
            auth=NOBODY,
        ),
        Request(
            "Eve signs in",
            "POST /api/user/sign-in/",
            "Access for minutes, refresh for weeks.",
            200,
            PAIR,
            keep={"eve_refresh": "body.refresh"},
            json={"email": "{{eve_email}}", "password": "{{eve_password}}"},
            auth=NOBODY,
        ),
        Request(
            "A new pair",
            "POST /api/user/refresh/",
            "The refresh token is used up by it.",
            200,
            PAIR,
            keep={"eve_access": "body.access"},
            json={"refresh": "{{eve_refresh}}"},
            auth=NOBODY,
        ),
        Request(
            "The old refresh token",
            "POST /api/user/refresh/",
            "It is dead.",
            401,
            json={"refresh": "{{eve_refresh}}"},
            auth=NOBODY,
        ),
    ],
)
