"""Constants of the members' app, with units in their names."""

PICTURE_MAX_BYTES = 5 * 1024 * 1024
PICTURE_MAX_PIXELS = 40_000_000
AVATAR_MAX_SIDE_PX = 1024

# More than the distance between any two places on Earth (20,003.9 km).
ANYWHERE_KM = 20_010

REPORT_TEXT_MAX_LENGTH = 2_000

# A match that ends and is renewed is mailed again only after this long.
MATCH_MAIL_PAUSE_DAYS = 30
# A mail that no server accepts is marked as failed after this long.
MATCH_MAIL_PATIENCE_DAYS = 5
ACCOUNT_MAIL_PATIENCE_DAYS = 5
# After this long, the member has asked for another link or no longer wants one.
LINK_MAIL_PATIENCE_HOURS = 1
# How many digits of an added number the account's e-mail is told.
PHONE_DIGITS_TOLD = 4

# Names of kinds of due work (project/lib/background/due.py).
MATCH_MAIL = "match_mail"
ACCOUNT_MAIL = "account_mail"
