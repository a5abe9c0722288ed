"""Numbers of the events app, with their units."""

from datetime import timedelta

TITLE_MAX_LENGTH = 200
DESCRIPTION_MAX_LENGTH = 10_000
POSTCODE_MAX_LENGTH = 20
ADDRESS_MAX_LENGTH = 300

CAPACITY_MAX = 1_000_000
ORGANIZATIONS_MAX = 50  # for each event
OWNERS_MAILED = 10  # for each invited organization, lowest ids first
# Named at once when an organization is created; each of them gets a mail. More are
# added one by one, as far as THROTTLE_NAME allows.
USERS_MAX = 50

PICTURE_MAX_SIDE_PX = 2048
THUMBNAIL_MAX_SIDE_PX = 320

# How far a worker's clock may be ahead of the web's. A message that comes before its
# row is due does nothing, and the sweeper does the work some seconds later.
NUDGE_SLACK_MS = 200

# Of one calendar file; the latest by date are kept.
CALENDAR_MAX_EVENTS = 1_000
# How long an event lasts is unknown, so this is assumed.
ASSUMED_DURATION = timedelta(hours=2)
DAY = timedelta(days=1)
# Programs ask once an hour (`calendars.REFRESH`).
CALENDAR_KEPT_S = 2 * 3600

# How long calendars keep showing a cancelled event.
CANCELLED_SHOWN_DAYS = 60

# Kinds of due work (project/lib/background/due.py).
PUBLICATION = "publication"
PLACE_MAIL = "place_mail"
INVITATION_MAIL = "invitation_mail"
NAMING_MAIL = "naming_mail"

# A mail that no server accepts has failed after this long, as with mail servers.
MAIL_PATIENCE_DAYS = 5
