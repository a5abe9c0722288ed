"""Invitation codes and referrals to test with."""

from datetime import timedelta

import factory
from django.db.models.functions import Now
from django.utils import timezone

from referrals.codes import new_code
from referrals.models import EmailLookup, InviteCode, Referral
from tests.factories import MemberFactory

DAY = timedelta(days=1)


class InviteCodeFactory(factory.django.DjangoModelFactory):
    """A live code without expiry; `ended=True` for a deleted one, `expired=True`."""

    class Meta:
        model = InviteCode

    class Params:
        ended = factory.Trait(ended_at=factory.LazyFunction(Now))
        expired = factory.Trait(
            expires_at=factory.LazyFunction(lambda: timezone.now() - DAY)
        )

    member = factory.SubFactory(MemberFactory)
    code = factory.LazyFunction(new_code)


class ReferralFactory(factory.django.DjangoModelFactory):
    """`invited` has activated a code of `referrer`."""

    class Meta:
        model = Referral

    invited = factory.SubFactory(MemberFactory)
    referrer = factory.SubFactory(MemberFactory)
    code = factory.LazyFunction(new_code)


class EmailLookupFactory(factory.django.DjangoModelFactory):
    """A question that is due, about the e-mail of its member."""

    class Meta:
        model = EmailLookup

    member = factory.SubFactory(MemberFactory, password=None)
    kind = EmailLookup.Kind.VERIFIER
    email = factory.SelfAttribute("member.email")
