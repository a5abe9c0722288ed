"""What the apps above are told, inside the transaction in which it happens."""

from django.dispatch import Signal

# Arguments: member. Sent by services.register_member.
member_registered = Signal()
