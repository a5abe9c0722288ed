"""Organizations and their members."""

from django.contrib.gis.db.models import PointField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events import constants
from events.querysets import OrganizationQuerySet
from matchmaker.models import Member
from project.lib.reads.geo import AsGeometry
from project.lib.reads.search import folded, trigrams
from project.lib.sql_rules import SqlRule
from project.lib.text import is_visible
from project.lib.tiles.squares import MapSquare


class Role(models.TextChoices):
    OWNER = "owner", _("owner")
    MEMBER = "member", _("member")


class Organization(models.Model):
    title = models.CharField(_("title"), max_length=constants.TITLE_MAX_LENGTH)
    title_folded = folded("title")
    description = models.TextField(
        _("description"), max_length=constants.DESCRIPTION_MAX_LENGTH, blank=True
    )
    postcode = models.CharField(
        _("postcode"), max_length=constants.POSTCODE_MAX_LENGTH, blank=True
    )
    address = models.CharField(
        _("address"), max_length=constants.ADDRESS_MAX_LENGTH, blank=True
    )
    location = PointField(
        _("location"), geography=True, null=True, blank=True, spatial_index=False
    )
    # Where it is on web maps; null without a location, and beside the poles.
    square = models.GeneratedField(
        expression=MapSquare("location"),
        output_field=models.BigIntegerField(null=True),
        db_persist=True,
    )
    members = models.ManyToManyField(
        Member,
        through="Membership",
        related_name="organizations",
        verbose_name=_("members"),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        constraints = [
            models.CheckConstraint(
                condition=is_visible("title"), name="organization_title_visible"
            ),
            models.CheckConstraint(
                condition=is_visible("description", or_empty=True)
                & is_visible("postcode", or_empty=True)
                & is_visible("address", or_empty=True),
                name="organization_texts_visible",
            ),
        ]
        indexes = [
            GistIndex(AsGeometry(F("location")), name="organization_box"),
            models.Index(fields=["square"], name="organization_square"),
            trigrams("title_folded", name="organization_title"),
        ]

    def __str__(self) -> str:
        return self.title


class Membership(models.Model):
    """A member of an organization.

    A member who was named by somebody else and has no `confirmed_at` is only listed:
    they are not in its room, nobody may write to them because of it, and neither side
    reads the other's e-mail or phone number. Otherwise anybody could make an
    organization of strangers. A trigger refuses to name members who left it or do not
    want to be named (`sql/name_by_consent.sql`).

    `named_email`: the identity of the e-mail by which the member was named, while it
    is not proven; only its owner can confirm.
    """

    organization = models.ForeignKey(
        Organization,
        models.CASCADE,
        related_name="memberships",
        db_index=False,
        verbose_name=_("organization"),
    )
    member = models.ForeignKey(
        Member,
        models.CASCADE,
        related_name="memberships",
        verbose_name=_("member"),
    )
    role = models.CharField(
        _("role"), max_length=6, choices=Role.choices, default=Role.MEMBER
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    named_email = models.CharField(
        _("named by an unproven e-mail"), max_length=254, null=True, editable=False
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint("organization", "member", name="membership_unique"),
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="membership_role_known"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | Q(named_email=None),
                name="membership_confirmed_by_owner_of_email",
            ),
            SqlRule.read("events", "name_by_consent"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} ∈ {self.organization_id}"
