"""How members are found by what they sign in with."""

from django.db.models import Q, QuerySet
from rest_framework.serializers import ValidationError as SerializerError

from matchmaker.models import Member
from project.lib.api.fields import PhoneField


def phone_in(term: str) -> str | None:
    """The phone number that staff typed, however it is written, or None."""
    try:
        phone: str = PhoneField().to_internal_value(term)
    except SerializerError:
        return None
    return phone


def has_phone(phone: str) -> Q:
    """Match the member who has proven this number, and those who claim it."""
    return Q(phone_number=phone) | Q(claimed_phone=phone)


def members_of(contact: str) -> QuerySet[Member]:
    """Whose the whole e-mail address or phone number is."""
    if phone := phone_in(contact):
        return Member.objects.filter(has_phone(phone))
    return Member.objects.filter(email_identity=contact)
