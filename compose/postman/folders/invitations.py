"""Section 4 of the contract: the invitations of those who signed in by phone."""

from compose.postman.folders.values import code, fields
from compose.postman.parts import NOBODY, Folder, Request, bearer, token

PIA, HAL = bearer("pia_access"), token("hal_token")
CODE = r"/^[A-Z0-9]{6}$/"

INVITATIONS = Folder(
    "Invitations",
    """
    The voting and the Hammer system: everybody who signs in by phone has a code, and
    may activate somebody else's once, for ever. Phone numbers of those who are invited
    are shown to the inviter only.
    """,
    [
        Request(
            "Pia's profile",
            "GET /api/v1/profiles/me",
            "With her code, and no invitations yet.",
            200,
            {
                "hers": f"""
                    const {{ user_id, invite_code }} = body;
                    pm.expect(invite_code).to.match({CODE});
                    pm.expect(body).to.eql({{
                      user_id, phone: get("pia_phone"), invite_code, invitations: [],
                      activated_invite: null,
                    }});
                """
            },
            keep={"pia_id": "body.user_id", "pia_invite": "body.invite_code"},
        ),
        Request(
            "Hal's profile",
            "GET /api/profile/me/",
            "The same under other names.",
            200,
            {
                "his": f"""
                    const {{ invite_code }} = body;
                    pm.expect(invite_code).to.match({CODE});
                    pm.expect(body).to.eql({{
                      phone_number: get("hal_phone"), invite_code,
                      activated_invite_code: null, invited_users: [],
                    }});
                """
            },
            keep={"hal_invite": "body.invite_code"},
            auth=HAL,
        ),
        Request(
            "Nobody's profile",
            "GET /api/v1/profiles/me",
            "401.",
            401,
            code("not_authenticated"),
            auth=NOBODY,
        ),
        Request(
            "Pia chooses herself",
            "POST /api/v1/profiles/me",
            "The own code is refused.",
            400,
            fields("activated_invite"),
            json={"activated_invite": "{{pia_invite}}"},
        ),
        Request(
            "Pia chooses nobody",
            "POST /api/v1/profiles/me",
            "There is no such code.",
            400,
            fields("activated_invite"),
            json={"activated_invite": "NONE00"},
        ),
        Request(
            "Hal activates nobody's code",
            "POST /api/profile/activate_invite/",
            "There is no such code.",
            400,
            fields("invite_code"),
            json={"invite_code": "NONE00"},
            auth=HAL,
        ),
        Request(
            "Hal activates Pia's code",
            "POST /api/profile/activate_invite/",
            "Small letters are no mistake.",
            200,
            {
                "hers": """
                    pm.expect(body.message).to.not.be.empty;
                    pm.expect(body.activated_invite_code).to.equal(get("pia_invite"));
                """
            },
            fresh={"small_letters": 'get("pia_invite").toLowerCase()'},
            json={"invite_code": "{{small_letters}}"},
            auth=HAL,
        ),
        Request(
            "Hal activates it again",
            "POST /api/profile/activate_invite/",
            "Once means once.",
            400,
            fields("invite_code"),
            json={"invite_code": "{{pia_invite}}"},
            auth=HAL,
        ),
        Request(
            "Pia sees Hal",
            "GET /api/v1/profiles/me",
            "The number of the one whom she has invited, once.",
            200,
            {
                "Hal's number": """
                    pm.expect(body.invitations).to.eql([get("hal_phone").slice(2)]);
                """
            },
        ),
        Request(
            "Pia chooses Hal",
            "POST /api/v1/profiles/me",
            "Members may choose each other.",
            200,
            {
                "Hal's code": """
                    pm.expect(body.activated_invite).to.equal(get("hal_invite"));
                    pm.expect(body.user_id).to.equal(get("pia_id"));
                """
            },
            json={"activated_invite": "{{hal_invite}}"},
        ),
        Request(
            "Hal sees Pia",
            "GET /api/profile/me/",
            "And she stands there once.",
            200,
            {
                "Pia's number": """
                    const users = [{ phone_number: `+7${get("pia_phone")}` }];
                    pm.expect(body.invited_users).to.eql(users);
                    pm.expect(body.activated_invite_code).to.equal(get("pia_invite"));
                """
            },
            auth=HAL,
        ),
        Request(
            "All profiles",
            "GET /api/v1/profiles",
            "Staff may read them.",
            403,
            code("permission_denied"),
        ),
        Request(
            "One profile",
            "GET /api/v1/profiles/{{pia_id}}",
            "Staff may, even if it is one's own.",
            403,
            code("permission_denied"),
        ),
    ],
    auth=PIA,
)
