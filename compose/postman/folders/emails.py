"""Section 2 of the contract: links in mails. Those that work are in mailboxes only."""

from compose.postman.folders.values import EMAIL, fields
from compose.postman.parts import NOBODY, Folder, Request, token

DEAD = {"uid": "MTIz", "token": "d7x0a0-none"}

EMAILS = Folder(
    "E-mails and forgotten passwords",
    """
    Links are mailed, work once and within an hour. Here they are asked for; used are
    only some that were never made.
    """,
    [
        Request(
            "Ann has forgotten her password",
            "POST /api/clients/reset_password/",
            "She is mailed a link, which opens the page /reset/.",
            204,
            json={"email": "{{ann_email}}"},
            auth=NOBODY,
        ),
        Request(
            "Somebody who has no account",
            "POST /api/clients/reset_password/",
            "The same answer, in the same time.",
            204,
            json={"email": "nobody-{{ann_email}}"},
            auth=NOBODY,
        ),
        Request(
            "What is no e-mail",
            "POST /api/clients/reset_password/",
            "Told.",
            400,
            fields("email"),
            json={"email": "ann"},
            auth=NOBODY,
        ),
        Request(
            "A link that does not work",
            "POST /api/clients/reset_password_confirm/",
            "Used, too old or never made: the same words. A weak password is told too.",
            400,
            fields("token", "new_password"),
            json={**DEAD, "new_password": "123"},
            auth=NOBODY,
        ),
        Request(
            "Ann proves her e-mail",
            "POST /api/clients/me/verify_email/",
            "She is mailed a link.",
            204,
        ),
        Request(
            "By a link that does not work",
            "POST /api/clients/verify_email_confirm/",
            "It takes no sign-in: whoever reads the mailbox has the link.",
            400,
            fields("token"),
            json=DEAD,
            auth=NOBODY,
        ),
        Request(
            "Another e-mail, without the password",
            "PATCH /api/clients/me/",
            "Both are needed.",
            400,
            fields("current_password"),
            fresh={"ann_other_email": EMAIL},
            json={"email": "{{ann_other_email}}"},
        ),
        Request(
            "Another e-mail",
            "PATCH /api/clients/me/",
            "It waits for the link that is mailed to it. The old one is told.",
            200,
            {
                "it waits": """
                    pm.expect(body.email).to.equal(get("ann_email"));
                    pm.expect(body.pending_email).to.equal(get("ann_other_email"));
                """
            },
            json={
                "email": "{{ann_other_email}}",
                "current_password": "{{ann_password}}",
            },
        ),
        Request(
            "Rather not",
            "PATCH /api/clients/me/",
            "The present e-mail ends the change.",
            200,
            {"none waits": "pm.expect(body.pending_email).to.be.null"},
            json={"email": "{{ann_email}}", "current_password": "{{ann_password}}"},
        ),
    ],
    auth=token("ann_token"),
)
