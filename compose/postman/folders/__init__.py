"""What is asked, a folder a file; EVERYTHING is the collection."""

from compose.postman.folders.around import AROUND
from compose.postman.folders.chat import CHAT
from compose.postman.folders.clean_up import CLEAN_UP
from compose.postman.folders.events import EVENTS
from compose.postman.folders.invitations import INVITATIONS
from compose.postman.folders.members import MEMBERS
from compose.postman.folders.phone import PHONES
from compose.postman.folders.referrals import REFERRALS
from compose.postman.folders.staff import STAFF
from compose.postman.folders.sympathy import SYMPATHY
from compose.postman.parts import Folder, token

EVERYTHING = Folder(
    "Matchmaker",
    """
    Every path of the API, asked as a client would and checked. Run it from top to
    bottom (the runner, or `make postman`): the first folders sign up the members that
    the later ones are about, with e-mails and phone numbers made up for the run, and
    the last one deletes them. So it may be run again and again, beside other members.

    `base_url` is the service's, from the environment; all other variables start empty
    and are set on the way. `staff_token`, given by hand (a key of POST
    /api/auth/token/login/), lets the folder "Staff" run; else its requests are
    skipped.

    Four runs an hour are let through by the throttle of sign-ups. Signing in by phone
    needs a service that tells the codes (`OTP_ECHO=1`, as `make run` has it).
    """,
    [
        MEMBERS,
        SYMPATHY,
        EVENTS,
        CHAT,
        PHONES,
        INVITATIONS,
        REFERRALS,
        STAFF,
        AROUND,
        CLEAN_UP,
    ],
    auth=token("ann_token"),
)
