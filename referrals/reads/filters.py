"""Filters of the lists of referrals and invitations, from query parameters."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from matchmaker.models import Member
from project.lib.api.fields import PhoneField
from project.lib.reads.filters import StrictBooleanFilter
from project.lib.reads.parameters import KeysetFilterSet
from referrals import constants
from referrals.codes import normalise
from referrals.models import InviteCode


class PhoneNumberField(forms.CharField):
    """A phone number in any notation, cleaned to E.164."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            return str(PhoneField().run_validation(text)) if text else ""
        except serializers.ValidationError as error:
            raise forms.ValidationError([str(e) for e in error.detail]) from None


class PhoneNumberFilter(django_filters.CharFilter):
    field_class = PhoneNumberField


class PagingOnly(KeysetFilterSet):
    class Meta:
        model = Member
        fields: list[str] = []


class InvitationsFilter(KeysetFilterSet):
    phone = PhoneNumberFilter(
        field_name="phone_number", help_text=_("The member's phone number")
    )
    invite_code = django_filters.CharFilter(
        method="filter_invite_code",
        max_length=constants.CODE_TEXT_MAX_LENGTH,
        help_text=_("The member's active invitation code"),
    )
    activated = StrictBooleanFilter(
        method="filter_activated",
        help_text=_("Whether the member has activated somebody's code"),
    )

    class Meta:
        model = Member
        fields: list[str] = []

    def filter_invite_code(
        self, queryset: QuerySet[Member], name: str, value: str
    ) -> QuerySet[Member]:
        codes = InviteCode.objects.live().filter(code=normalise(value))
        return queryset.filter(pk__in=codes.values("member"))

    def filter_activated(
        self, queryset: QuerySet[Member], name: str, value: bool
    ) -> QuerySet[Member]:
        return queryset.filter(referral__isnull=not value)
