"""Signals for the apps above, sent inside the transaction."""

from django.dispatch import Signal

# These `member_ids` joined or left the event `event_id`; its creator joins with the
# publication.
attendance_changed = Signal()

# These `member_ids` joined or left an organization.
membership_changed = Signal()

# The event `event_id` is cancelled, or about to be deleted.
event_closed = Signal()

# The organization `organization_id` is about to be deleted.
organization_closed = Signal()
