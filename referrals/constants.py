"""Numbers of invitations and sign-in by phone."""

# Without I, L, O, 0 and 1, which are taken for each other.
CODE_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 6
CODE_DAYS_MAX = 365
# Of what is read as a code: longer ones are none, and are not looked up.
CODE_TEXT_MAX_LENGTH = 32
# In a profile, which is no page.
INVITED_SHOWN_MAX = 1000

ONE_TIME_CODE_DIGITS = 4
ONE_TIME_CODE_LIFETIME_S = 300
ONE_TIME_CODE_TRIES = 5

TREE_DEPTH_MAX = 5
# How many are counted, the nearest levels first, and how many of them are named.
TREE_COUNT_MAX = 100_000
TREE_MEMBERS_MAX = 1_000

LEADERBOARD_SIZE = 100
# Who may come up when some of the first have hidden since they were counted.
LEADERBOARD_CANDIDATES = 500
LEADERBOARD_FRESH_S = 60
# Of a count that somebody is making anew: what is answered meanwhile.
LEADERBOARD_STALE_S = 600

# Signs of abuse, for staff to look at; nobody is refused for them.
CIRCLE_MAX = 10
BURST_SIZE = 10
BURST_HOURS = 1
NEW_ACCOUNT_MINUTES = 10

# Kinds of due work (project/lib/work/due.py).
EMAIL_LOOKUP = "email_lookup"

# A question about an e-mail that nobody answers is given up after this long.
EMAIL_LOOKUP_PATIENCE_DAYS = 3

# What Hunter says of an e-mail; anything else counts as unknown.
EMAIL_STATUSES = (
    "valid", "invalid", "accept_all", "webmail", "disposable", "unknown",
)  # fmt: skip
