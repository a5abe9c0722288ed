"""Every write of organizations and events: one function for each use case."""

from events.services.attendance import Place, attend_event, leave_event
from events.services.event_organizations import (
    add_organization,
    remove_organization,
)
from events.services.events import (
    EventFields,
    change_event,
    create_event,
    delete_event,
    publish_event,
)
from events.services.feeds import new_feed, revoke_feed
from events.services.mails import (
    send_invitation_mail,
    send_naming_mail,
    send_place_mail,
)
from events.services.organizations import (
    OrganizationFields,
    add_member,
    change_organization,
    create_organization,
    delete_organization,
    remove_member,
    require_may_name,
)
from events.services.squares import add_up_square_changes
from events.services.staff import change_memberships, register_organization

__all__ = [
    "EventFields",
    "OrganizationFields",
    "Place",
    "add_member",
    "add_organization",
    "add_up_square_changes",
    "attend_event",
    "change_event",
    "change_memberships",
    "change_organization",
    "create_event",
    "create_organization",
    "delete_event",
    "delete_organization",
    "leave_event",
    "new_feed",
    "publish_event",
    "register_organization",
    "remove_member",
    "remove_organization",
    "require_may_name",
    "revoke_feed",
    "send_invitation_mail",
    "send_naming_mail",
    "send_place_mail",
]
