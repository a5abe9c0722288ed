"""Numbers of the events' app, with their units."""

TITLE_MAX_LENGTH = 200
DESCRIPTION_MAX_LENGTH = 10_000
POSTCODE_MAX_LENGTH = 20
ADDRESS_MAX_LENGTH = 300

CAPACITY_MAX = 1_000_000
ORGANIZATIONS_MAX = 50  # of one event
OWNERS_MAILED = 10  # of an organization that is invited, the first ones
# Named at once when an organization is made: as many as one knows, each of whom gets a
# mail. More are added one by one, as far as THROTTLE_NAME lets.
USERS_MAX = 50

PICTURE_MAX_SIDE_PX = 2048
THUMBNAIL_MAX_SIDE_PX = 320

# How far a worker's clock may run ahead of the web's: a message that comes before its
# row is due does nothing, and the sweeper does it some seconds later.
NUDGE_SLACK_MS = 200

# Of one calendar file, the latest by date.
CALENDAR_MAX_EVENTS = 1_000

# How long calendars still show an event that was cancelled.
CANCELLED_SHOWN_DAYS = 60

# Kinds of due work (project/lib/work/due.py).
PUBLICATION = "publication"
PLACE_MAIL = "place_mail"
INVITATION_MAIL = "invitation_mail"
NAMING_MAIL = "naming_mail"

# A mail that no server takes is given up after this long, as mail servers do.
MAIL_PATIENCE_DAYS = 5
