"""Section 2 of the contract: sign-up, sign-in, passwords."""

from compose.postman.folders.values import (
    EMAIL,
    OWN_PROFILE,
    PASSWORD,
    PICTURE,
    code,
    fields,
    sign_in,
)
from compose.postman.parts import NOBODY, Folder, Request, token

SIGN_UP = Folder(
    "Sign-up and sign-in",
    "Ann and Bob come in, with a picture and without one.",
    [
        Request(
            "Ann signs up",
            "POST /api/clients/create",
            """
            A form, with a picture. The picture is re-encoded and stamped; the GPS
            position in it does not survive.
            """,
            201,
            {
                "the own profile": OWN_PROFILE,
                "as it was given": """
                    pm.expect(body).to.include({
                      email: get("ann_email"), phone_number: null, first_name: "Ann",
                      last_name: "Lee", gender: "female", looking_for: "any",
                    });
                    pm.expect(body.location).to.eql({
                      type: "Point", coordinates: [-12.31, -37.07],
                    });
                """,
                "a picture": r"""
                    pm.expect(body.avatar).to.match(/\/avatars\/[0-9a-f]{32}\.jpg$/);
                """,
            },
            keep={"ann_id": "body.id", "ann_avatar": "body.avatar"},
            fresh={"ann_email": EMAIL, "ann_password": PASSWORD},
            form={
                "email": "{{ann_email}}",
                "password": "{{ann_password}}",
                "first_name": "Ann",
                "last_name": "Lee",
                "gender": "female",
                "avatar": PICTURE,
                "longitude": "-12.31",
                "latitude": "-37.07",
            },
            auth=NOBODY,
        ),
        sign_in("Ann"),
        Request(
            "Bob signs up",
            "POST /api/clients/",
            "JSON works too, without a picture; the place as GeoJSON. His last name is "
            "the run's, to find him by.",
            201,
            {
                "the own profile": OWN_PROFILE,
                "his own": """
                    pm.expect(body.email).to.equal(get("bob_email"));
                    pm.expect(body.last_name).to.equal(get("bob_name"));
                    pm.expect(body.avatar).to.be.null;
                """,
            },
            keep={"bob_id": "body.id"},
            fresh={
                "bob_email": EMAIL,
                "bob_password": PASSWORD,
                "bob_name": 'pm.variables.replaceIn("Van {{$guid}}").slice(0, 30)',
            },
            json={
                "email": "{{bob_email}}",
                "password": "{{bob_password}}",
                "first_name": "Bob",
                "last_name": "{{bob_name}}",
                "gender": "male",
                "location": {"type": "Point", "coordinates": [-12.28, -37.08]},
            },
            auth=NOBODY,
        ),
        sign_in("Bob"),
        Request(
            "A wrong password",
            "POST /api/auth/token/login/",
            "No key, and no word about which of the two is wrong.",
            400,
            fields("non_field_errors"),
            keep={"refusal": "pm.response.text()"},
            json={"email": "{{ann_email}}", "password": "wrong"},
            auth=NOBODY,
        ),
        Request(
            "An unknown e-mail",
            "POST /api/auth/token/login/",
            "The same words as for a wrong password.",
            400,
            {
                "the same words": """
                    pm.expect(pm.response.text()).to.equal(get("refusal"));
                """,
            },
            json={"email": "nobody-{{ann_email}}", "password": "wrong"},
            auth=NOBODY,
        ),
    ],
)

PASSWORDS = Folder(
    "Passwords and signing out",
    "What was issued before a new password is dead.",
    [
        Request(
            "A wrong and a weak password",
            "POST /api/clients/set_password/",
            "Both fields are told.",
            400,
            fields("current_password", "new_password"),
            json={"current_password": "wrong", "new_password": "123"},
        ),
        Request(
            "Ann's new password",
            "POST /api/clients/set_password/",
            "It ends every token and refresh token that there was.",
            204,
            fresh={"ann_new_password": PASSWORD},
            json={
                "current_password": "{{ann_password}}",
                "new_password": "{{ann_new_password}}",
            },
        ),
        Request(
            "Her key is dead",
            "GET /api/clients/me/",
            "The one from before.",
            401,
            code("token_invalid"),
            keep={"ann_password": 'get("ann_new_password")'},
        ),
        sign_in("Ann"),
        Request(
            "Bob signs out",
            "POST /api/auth/token/logout/",
            "The key is dead.",
            204,
            auth=token("bob_token"),
        ),
        Request(
            "His key is dead",
            "GET /api/clients/me/",
            "401.",
            401,
            code("token_invalid"),
            auth=token("bob_token"),
        ),
        sign_in("Bob"),
    ],
)
