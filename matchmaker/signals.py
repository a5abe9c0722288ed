"""What the apps above are told, inside the transaction in which it happens."""

from django.dispatch import Signal

# Sent by services.register_member. Argument: `member`.
member_registered = Signal()

# Two members like each other. Both: `member_ids`.
match_created = Signal()

# What two members may know of each other, or do, is not what it was: a match or a like
# has ended, a block was made or taken back. Both: `member_ids`.
relation_changed = Signal()

# Every access token of `member_id` is dead.
signed_out = Signal()

# The owner of the e-mail of `member_id` has taken the account back: whatever opens
# anything of it without a sign-in is to be dead too.
account_recovered = Signal()

# The account `member_id` is shut out, let in again, or about to be deleted.
account_changed = Signal()
