"""Numbers of invitations and sign-in by phone."""

# Without I, L, O, 0 and 1, which are easily confused.
CODE_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 6
CODE_DAYS_MAX = 365
# The longest input that is read as a code; longer ones are refused without a look-up.
CODE_TEXT_MAX_LENGTH = 32
# In a profile, which has no pages.
INVITED_SHOWN_MAX = 1000

ONE_TIME_CODE_DIGITS = 4
ONE_TIME_CODE_LIFETIME_S = 300
ONE_TIME_CODE_TRIES = 5

TREE_DEPTH_MAX = 5
# How many members are counted, nearest levels first, and how many of them are listed.
# As many as lists count: each member costs 7 µs, since hidden ones do not count.
TREE_COUNT_MAX = 1_000
TREE_MEMBERS_MAX = 1_000

LEADERBOARD_SIZE = 100
# Members in reserve, in case some of the first have hidden since they were counted.
LEADERBOARD_CANDIDATES = 500
LEADERBOARD_FRESH_S = 60
# How long an older count is served while somebody makes a new one.
LEADERBOARD_STALE_S = 600

# Signs of abuse, which staff looks at; they refuse nobody.
CIRCLE_MAX = 10
BURST_SIZE = 10
BURST_HOURS = 1
NEW_ACCOUNT_MINUTES = 10

# Kinds of due work (project/lib/background/due.py).
EMAIL_LOOKUP = "email_lookup"

# A look-up of an e-mail that nobody answers has failed after this long.
EMAIL_LOOKUP_PATIENCE_DAYS = 3

# What Hunter says of an e-mail; anything else counts as unknown.
EMAIL_STATUSES = (
    "valid", "invalid", "accept_all", "webmail", "disposable", "unknown",
)  # fmt: skip
