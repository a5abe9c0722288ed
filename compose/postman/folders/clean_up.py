"""Every account of the run is deleted, with all that is personal in it."""

from compose.postman.folders.values import fields
from compose.postman.parts import NOBODY, Auth, Folder, Request, bearer, token


def leave(who: str, auth: Auth | None = None) -> Request:
    return Request(
        f"{who} leaves",
        "DELETE /api/clients/me/",
        f"{who}'s account is gone at once, with all that is personal in it.",
        204,
        auth=auth or token(f"{who.lower()}_token"),
    )


CLEAN_UP = Folder(
    "Clean up",
    """
    The members of the run delete their accounts. A run that the throttles stop goes on
    here; who had not come in by then is answered 401.
    """,
    [
        leave("Ann"),
        leave("Bob"),
        leave("Eve", bearer("eve_access")),
        leave("Pia", bearer("pia_access")),
        leave("Hal"),
        leave("Ivy", bearer("ivy_access")),
        Request(
            "Ann is gone",
            "POST /api/auth/token/login/",
            "The answer is that for an unknown e-mail.",
            400,
            fields("non_field_errors"),
            json={"email": "{{ann_email}}", "password": "{{ann_password}}"},
            auth=NOBODY,
        ),
    ],
)
