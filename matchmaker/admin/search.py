"""Find members by the e-mail or phone number they sign in with."""

from django.db.models import Q, QuerySet
from rest_framework.serializers import ValidationError as SerializerError

from matchmaker.models import Member
from project.lib.api.fields import PhoneField


def phone_in(term: str) -> str | None:
    """Return the phone number in a search term, in any notation, or None."""
    try:
        phone: str = PhoneField().to_internal_value(term)
    except SerializerError:
        return None
    return phone


def has_phone(phone: str) -> Q:
    """Filter for the member who has proven this number, and those who claim it."""
    return Q(phone_number=phone) | Q(claimed_phone=phone)


def members_of(contact: str) -> QuerySet[Member]:
    """Return the members with this whole e-mail address or phone number."""
    if phone := phone_in(contact):
        return Member.objects.filter(has_phone(phone))
    return Member.objects.filter(email_identity=contact)
