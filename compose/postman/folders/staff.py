"""What staff alone may do; skipped without a key of theirs."""

from compose.postman.parts import Folder, Request, token

ONLY_WITH_KEY = 'if (!get("staff_token")) pm.execution.skipRequest();'
HAS_PIA = """
    pm.expect(body.invitations).to.eql([get("hal_phone").slice(2)]);
    pm.expect(body.phone).to.equal(get("pia_phone"));
"""

STAFF = Folder(
    "Staff",
    "With `staff_token`, which nobody gives in a usual run: all of it is skipped then.",
    [
        Request(
            "All profiles",
            "GET /api/v1/profiles?page_size=100",
            "The newest first.",
            200,
            {
                "Pia's too": """
                    const ids = body.results.map(({ user_id }) => user_id);
                    pm.expect(ids).to.include(get("pia_id"));
                """
            },
            before=ONLY_WITH_KEY,
        ),
        Request(
            "One profile",
            "GET /api/v1/profiles/{{pia_id}}",
            "Pia's, with the number that she has invited.",
            200,
            {"hers": HAS_PIA},
            before=ONLY_WITH_KEY,
        ),
        Request(
            "Ann's referrals",
            "GET /api/v1/users/{{ann_id}}/",
            "For staff too.",
            200,
            {"Bob and Ivy": "pm.expect(body.count).to.equal(2)"},
            before=ONLY_WITH_KEY,
        ),
    ],
    auth=token("staff_token"),
)
