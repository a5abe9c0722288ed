"""Section 4 of the contract: sign-in by phone, under the names of two documents."""

from compose.postman.folders.values import NINE_DIGITS, PHONE, code, fields
from compose.postman.parts import NOBODY, Folder, Request, token

# Another one than the code that was sent, whatever that is.
WRONG = 'String((Number(get("{}")) + 1) % 10000).padStart(4, "0")'


def told(name: str) -> dict[str, str]:
    return {
        "the code, for five minutes": f"""
            pm.expect(body).to.have.all.keys("{name}", "expires_in");
            pm.expect(body.{name}).to.match(/^[0-9]{{4}}$/);
            pm.expect(body.expires_in).to.equal(300);
        """
    }


VOTING = Folder(
    "By cookie and JWT",
    "The voting system: ten digits, a cookie that remembers them, a JWT.",
    [
        Request(
            "What is no phone number",
            "POST /api/auth/signup",
            "Told before anything is sent.",
            400,
            fields("phone"),
            json={"phone": "123"},
        ),
        Request(
            "Pia asks for a code",
            "POST /api/auth/signup",
            "Without `OTP_ECHO` it comes by SMS only.",
            200,
            {
                **told("code"),
                "a cookie that scripts cannot read": """
                    const cookie = pm.response.headers.get("Set-Cookie");
                    pm.expect(cookie).to.match(/^phone=.*HttpOnly.*SameSite=Lax/);
                """,
            },
            keep={"pia_code": "body.code"},
            fresh={"pia_phone": f"`9${{{NINE_DIGITS}}}`"},
            json={"phone": "{{pia_phone}}"},
        ),
        Request(
            "A wrong code",
            "POST /api/auth/login",
            "It may be tried five times.",
            400,
            fields("code"),
            fresh={"wrong_code": WRONG.format("pia_code")},
            json={"phone": "{{pia_phone}}", "code": "{{wrong_code}}"},
        ),
        Request(
            "Pia signs in",
            "POST /api/auth/login",
            """
            The code alone, with the cookie of the same client. The first time makes an
            account.
            """,
            200,
            {
                "a pair": """
                    pm.expect(body).to.have.all.keys("token", "refresh");
                    pm.expect(body.token.split(".")).to.have.lengthOf(3);
                """
            },
            keep={"pia_access": "body.token"},
            json={"code": "{{pia_code}}"},
        ),
        Request(
            "A code that is used",
            "POST /api/auth/login",
            "Once is all.",
            400,
            fields("code"),
            json={"phone": "{{pia_phone}}", "code": "{{pia_code}}"},
        ),
        Request(
            "A code of nobody",
            "POST /api/auth/login",
            "The cookie is gone with the sign-in, so whose code is it?",
            400,
            fields("phone"),
            json={"code": "{{pia_code}}"},
        ),
    ],
)

HAMMER = Folder(
    "By token",
    "The Hammer system: numbers in E.164, a key for the Token header.",
    [
        Request(
            "Hal asks for a code",
            "POST /api/auth/request_code/",
            "Without `OTP_ECHO` it comes by SMS only.",
            200,
            told("confirmation_code"),
            keep={"hal_code": "body.confirmation_code"},
            fresh={"hal_phone": PHONE},
            json={"phone_number": "{{hal_phone}}"},
        ),
        Request(
            "A wrong code",
            "POST /api/auth/auth_code/",
            "It may be tried five times.",
            400,
            fields("confirmation_code"),
            fresh={"wrong_code": WRONG.format("hal_code")},
            json={
                "phone_number": "{{hal_phone}}",
                "confirmation_code": "{{wrong_code}}",
            },
        ),
        Request(
            "Hal signs in",
            "POST /api/auth/auth_code/",
            "The first time makes his account.",
            200,
            {"a key": "pm.expect(body.token).to.match(/^[0-9a-f]{40}$/)"},
            keep={"hal_token": "body.token"},
            json={"phone_number": "{{hal_phone}}", "confirmation_code": "{{hal_code}}"},
        ),
        Request(
            "A code that is used",
            "POST /api/auth/auth_code/",
            "Once is all.",
            400,
            fields("confirmation_code"),
            json={"phone_number": "{{hal_phone}}", "confirmation_code": "{{hal_code}}"},
        ),
        Request(
            "Hal is a member",
            "GET /api/clients/me/",
            "As everybody: his key opens all of the service.",
            200,
            {
                "his number, and no e-mail": """
                    pm.expect(body.phone_number).to.equal(get("hal_phone"));
                    pm.expect(body.email).to.be.null;
                """
            },
            auth=token("hal_token"),
        ),
    ],
)

OWN = Folder(
    "The own number",
    "Who came by e-mail proves a number, which then signs in to the same account.",
    [
        Request(
            "Ann asks for a code",
            "POST /api/clients/me/phone/",
            "For the number that she wants to add.",
            200,
            told("confirmation_code"),
            keep={"ann_code": "body.confirmation_code"},
            fresh={"ann_phone": PHONE},
            json={"phone_number": "{{ann_phone}}"},
        ),
        Request(
            "A wrong code",
            "POST /api/clients/me/phone/confirm/",
            "It may be tried five times.",
            400,
            fields("confirmation_code"),
            fresh={"wrong_code": WRONG.format("ann_code")},
            json={
                "phone_number": "{{ann_phone}}",
                "confirmation_code": "{{wrong_code}}",
            },
        ),
        Request(
            "Ann proves her number",
            "POST /api/clients/me/phone/confirm/",
            "The answer is her profile.",
            200,
            {
                "the number, proven": """
                    pm.expect(body.phone_number).to.equal(get("ann_phone"));
                    pm.expect(body.phone_verified).to.be.true;
                """
            },
            json={"phone_number": "{{ann_phone}}", "confirmation_code": "{{ann_code}}"},
        ),
        Request(
            "Ann asks for a code to Hal's phone",
            "POST /api/clients/me/phone/",
            "Whose number it is, nobody is told.",
            200,
            told("confirmation_code"),
            keep={"ann_code": "body.confirmation_code"},
            json={"phone_number": "{{hal_phone}}"},
        ),
        Request(
            "Hal's account is his number",
            "POST /api/clients/me/phone/confirm/",
            "He has no e-mail, so without the number nobody could open his account.",
            409,
            code("phone_has_account"),
            json={"phone_number": "{{hal_phone}}", "confirmation_code": "{{ann_code}}"},
        ),
    ],
    auth=token("ann_token"),
)

PHONES = Folder(
    "Phone sign-in",
    """
    One-time codes: four digits, for five minutes, five tries and one use. A run needs a
    service that tells them in the answer (`OTP_ECHO=1`); elsewhere they would be
    sent to numbers that are made up.
    """,
    [VOTING, HAMMER, OWN],
    auth=NOBODY,
)
