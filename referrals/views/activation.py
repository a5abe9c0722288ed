"""One activation under three field names."""

from rest_framework.serializers import Serializer

from matchmaker.authentication import MemberRequest
from project.lib.api.bodies import validated
from referrals import errors, services
from referrals.models import Referral


def activated(serializer: type[Serializer], request: MemberRequest) -> Referral:
    """Activate the code in the body's only field, and put errors on that field."""
    ((field, code),) = validated(serializer, request).items()
    try:
        return services.activate_code(request.user, code, meta=request.META)
    except errors.InviteCodeRefused as error:
        raise type(error)(field) from error
