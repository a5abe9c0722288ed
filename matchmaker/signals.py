"""Signals to the apps above, sent inside the transaction of the event."""

from django.dispatch import Signal

# A member was registered (services.register_member). Argument: `member`.
member_registered = Signal()

# Two members now like each other. Argument: `member_ids`, both.
match_created = Signal()

# What two members may know of each other or do has changed: a match or a like has
# ended, a block was made or removed. Argument: `member_ids`, both.
relation_changed = Signal()

# All access tokens of `member_id` have become invalid.
signed_out = Signal()

# The owner of the e-mail of `member_id` has taken the account back: receivers revoke
# whatever gives access without a sign-in.
account_recovered = Signal()

# The account `member_id` is deactivated, activated, or about to be deleted; or the
# member hides, or no longer does.
account_changed = Signal()
