"""Section 4 of the contract: codes that end, and their activation."""

from compose.postman.folders.values import code, fields
from compose.postman.parts import Folder, Request, bearer, token

BOB, EVE, HAL = token("bob_token"), bearer("eve_access"), token("hal_token")
CODE = "/api/v1/users/invite_code/"
ACTIVATE = "/api/v1/users/activate_invite_code/"
IN_A_MONTH = "new Date(Date.now() + 30 * 24 * 3600 * 1000).toISOString()"
IS_ANNS = {
    "Ann's": 'pm.expect(body).to.eql({ invite_code: get("ann_invite") })',
}

CODES = Folder(
    "Ann's code",
    "One is live at a time, and has an end.",
    [
        Request("None yet", f"GET {CODE}", "404.", 404, code("not_found")),
        Request(
            "A code that has ended",
            f"POST {CODE}",
            "The end must be in the future, at most a year from now.",
            400,
            fields("expires_at"),
            json={"expires_at": "2020-01-01T00:00:00Z"},
        ),
        Request(
            "Ann makes a code",
            f"POST {CODE}",
            "For a month.",
            201,
            {
                "as it was asked for": """
                    pm.expect(body).to.have.all.keys("invite_code", "expires_at");
                    pm.expect(body.invite_code).to.match(/^[A-Z0-9]{6}$/);
                    const [end, asked] = [body.expires_at, get("in_a_month")];
                    pm.expect(Date.parse(end)).to.be.closeTo(Date.parse(asked), 1000);
                """
            },
            keep={"ann_invite": "body.invite_code"},
            fresh={"in_a_month": IN_A_MONTH},
            json={"expires_at": "{{in_a_month}}"},
        ),
        Request(
            "And another one",
            f"POST {CODE}",
            "The first is still live.",
            409,
            code("invite_code_active"),
            json={"expires_at": "{{in_a_month}}"},
        ),
        Request(
            "Ann reads it",
            f"GET {CODE}",
            "The live one.",
            200,
            {"hers": 'pm.expect(body.invite_code).to.equal(get("ann_invite"))'},
        ),
        Request(
            "Bob asks for it",
            "POST /api/v1/users/get_invite_code_by_email/",
            "Who knows an e-mail may ask for the code.",
            200,
            IS_ANNS,
            json={"email": "{{ann_email}}"},
            auth=BOB,
        ),
        Request(
            "The code of an unknown e-mail",
            "POST /api/v1/users/get_invite_code_by_email/",
            "The same as for somebody without a code.",
            200,
            {"none": "pm.expect(body).to.eql({ invite_code: null })"},
            json={"email": "nobody-{{ann_email}}"},
            auth=BOB,
        ),
    ],
)

ACTIVATION = Folder(
    "Activation",
    "Who has an account may still say by whom they came, once for ever.",
    [
        Request(
            "Ann activates her own code",
            f"POST {ACTIVATE}",
            "Nobody invites oneself.",
            400,
            fields("invite_code"),
            json={"invite_code": "{{ann_invite}}"},
        ),
        Request(
            "Bob activates Ann's code",
            f"POST {ACTIVATE}",
            "From now on he is her referral.",
            200,
            IS_ANNS,
            json={"invite_code": "{{ann_invite}}"},
            auth=BOB,
        ),
        Request(
            "Bob activates it again",
            f"POST {ACTIVATE}",
            "Once means once.",
            400,
            fields("invite_code"),
            json={"invite_code": "{{ann_invite}}"},
            auth=BOB,
        ),
        Request(
            "Hal activates Ann's code",
            f"POST {ACTIVATE}",
            "He has activated Pia's.",
            400,
            fields("invite_code"),
            json={"invite_code": "{{ann_invite}}"},
            auth=HAL,
        ),
    ],
)

END = Folder(
    "The end of a code",
    "It is dead at once.",
    [
        Request("Ann deletes it", f"DELETE {CODE}", "Referrals stay.", 204),
        Request(
            "Eve activates it",
            f"POST {ACTIVATE}",
            "Too late.",
            400,
            fields("invite_code"),
            json={"invite_code": "{{ann_invite}}"},
            auth=EVE,
        ),
        Request(
            "There is none to delete", f"DELETE {CODE}", "404.", 404, code("not_found")
        ),
    ],
)
