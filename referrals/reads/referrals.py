"""Read the list of members whom a member has invited."""

from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, F
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from matchmaker.authentication import MemberRequest
from matchmaker.display_names import DisplayNameField, display_name_sql
from matchmaker.models import Member
from matchmaker.staff import may
from matchmaker.viewer import VIEWER, Viewer
from project.lib.reads.answers import Answer, Sql
from project.lib.reads.cursors import Key, KeysetQuery, Order
from project.lib.reads.geojson import instant_sql
from project.lib.reads.keyset import KeysetList, capped_rows, sorted_rows
from project.lib.reads.lists import Parts, path_id
from project.lib.reads.parameters import Choice
from project.lib.reads.statements import Param
from referrals import errors
from referrals.models import Referral
from referrals.reads.filters import PagingOnly

LATEST_FIRST = Order(
    "referrals",
    [Key(F("activated_at"), "timestamptz"), Key(F("invited_id"), "bigint")],
    descending=True,
)


class ReferralAnswer(Answer):
    """A referral as its referrer sees it, with nothing else of the member."""

    class Meta:
        ref_name = "Referral"

    id = serializers.IntegerField(help_text=_("The id of the invited member"))
    first_name = DisplayNameField()
    activated_at = serializers.DateTimeField()

    @classmethod
    def sql(cls, row: str) -> dict[str, Sql]:
        return {
            "first_name": display_name_sql(row),
            "activated_at": instant_sql(f"{row}.activated_at"),
        }


@dataclass(frozen=True)
class ReferralValues:
    """The values that the list is run with; `sees_all`: staff who may view all."""

    query: KeysetQuery
    viewer: Viewer
    referrer_id: int
    sees_all: bool


REFERRER = Param[ReferralValues](lambda values: values.referrer_id, BigIntegerField())


class Referrals(KeysetList[ReferralValues]):
    """Members whom the member in the path has invited, the latest first.

    Only those the viewer may know of; staff who may view referrals see all.
    """

    filterset = PagingOnly
    answer = ReferralAnswer

    def values(self, request: MemberRequest, query: KeysetQuery) -> ReferralValues:
        me = request.user
        return ReferralValues(query, Viewer(me.pk), path_id(request), _sees_all(me))

    def variant(self, values: ReferralValues) -> bool:
        return values.sees_all

    def order(self, choice: Choice) -> Order:
        return LATEST_FIRST

    def parts(self, choice: Choice, sees_all: bool, forward: bool | None) -> Parts:
        referrals = Referral.objects.by(REFERRER)
        if not sees_all:
            referrals = referrals.visible_to(VIEWER)
        columns = referrals.values(
            "activated_at", id=F("invited_id"), first_name=F("invited__first_name")
        )
        return Parts(
            sorted_rows(columns, LATEST_FIRST, forward), capped_rows(referrals)
        )


REFERRALS = Referrals()


def require_known(me: Member, referrer_id: int) -> None:
    """Raise Unknown for a referrer whom the caller may not know of."""
    if referrer_id == me.pk:
        return
    members = Member.objects
    known: Any = members.all() if _sees_all(me) else members.known_to(me)
    if not known.filter(pk=referrer_id).exists():
        raise errors.Unknown


def _sees_all(me: Member) -> bool:
    return may(me, "referrals.view_referral", "referrals.change_referral")
