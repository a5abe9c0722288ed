"""What the apps above are told, inside the transaction that does it."""

from django.dispatch import Signal

# These `member_ids` came to the event `event_id` or left it; its creator comes with
# the publication.
attendance_changed = Signal()

# These `member_ids` came into an organization or left it.
membership_changed = Signal()

# The event `event_id` is cancelled, or about to be deleted.
event_closed = Signal()

# The organization `organization_id` is about to be deleted.
organization_closed = Signal()
