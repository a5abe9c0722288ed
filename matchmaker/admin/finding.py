"""How members are found by what they sign in with."""

from django.db.models import QuerySet
from rest_framework.serializers import ValidationError as SerializerError

from matchmaker.models import Member
from project.lib.fields import PhoneField


def phone_in(term: str) -> str | None:
    """The phone number that staff typed, however it is written, or None."""
    try:
        phone: str = PhoneField().to_internal_value(term)
    except SerializerError:
        return None
    return phone


def members_of(contact: str) -> QuerySet[Member]:
    """Whose the whole e-mail address or phone number is."""
    if phone := phone_in(contact):
        return Member.objects.filter(phone_number=phone)
    return Member.objects.filter(email__iexact=contact)
