"""Numbers of the members' app, with their units."""

PICTURE_MAX_BYTES = 5 * 1024 * 1024
PICTURE_MAX_PIXELS = 40_000_000
AVATAR_MAX_SIDE_PX = 1024

# Farther than any place on Earth is from another (20,003.9 km).
ANYWHERE_KM = 20_010

REPORT_TEXT_MAX_LENGTH = 2_000

# A match that ends and comes again is mailed again after this long, not before.
MATCH_MAIL_PAUSE_DAYS = 30
# A mail that no server takes is given up after this long, as mail servers do.
MATCH_MAIL_PATIENCE_DAYS = 5
ACCOUNT_MAIL_PATIENCE_DAYS = 5
# Whoever asked for a link has asked again by then, or does not want it any more.
LINK_MAIL_PATIENCE_HOURS = 1
# So much of a number that was added is told to the account's e-mail.
PHONE_DIGITS_TOLD = 4

# Kinds of due work (project/lib/work/due.py).
MATCH_MAIL = "match_mail"
ACCOUNT_MAIL = "account_mail"
