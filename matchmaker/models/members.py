"""The model of members."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import PermissionsMixin
from django.contrib.gis.db.models import PointField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from matchmaker.models.choices import Gender, Language, LookingFor, Visibility
from matchmaker.models.passwords import HasPassword
from matchmaker.places import PublicCell, PublicPoint, of_anchor
from matchmaker.querysets import MemberManager
from project.lib.email_fields import EmailIdentityField, EmailModelField, identity_is_of
from project.lib.reads.geo import AsGeometry
from project.lib.reads.search import folded, trigrams
from project.lib.sql_rules import SqlRule
from project.lib.text import is_visible

LISTED = Q(is_active=True, visibility=Visibility.EVERYONE)


class Member(HasPassword, PermissionsMixin):
    """An account, which signed up by e-mail, by phone, or both."""

    email = EmailModelField(_("e-mail"), null=True, blank=True)
    email_identity = EmailIdentityField(of="email", null=True)
    email_verified_at = models.DateTimeField(
        _("e-mail proven"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When the link mailed to this e-mail was used; empty if never."),
    )
    reclaimed_at = models.DateTimeField(_("taken back"), null=True, editable=False)
    pending_email = EmailModelField(
        _("pending e-mail"),
        null=True,
        blank=True,
        help_text=_("Becomes the e-mail once the link mailed to it is used."),
    )
    phone_number = models.CharField(
        _("phone number"),
        max_length=16,
        null=True,
        blank=True,
        help_text=_("In E.164 format, proven by a code; used to sign in."),
    )
    claimed_phone = models.CharField(
        _("claimed phone number"),
        max_length=16,
        null=True,
        blank=True,
        help_text=_("In E.164 format, not proven; not used to sign in."),
    )
    first_name = models.CharField(_("first name"), max_length=150, blank=True)
    last_name = models.CharField(_("last name"), max_length=150, blank=True)
    first_name_folded = folded("first_name")
    last_name_folded = folded("last_name")
    gender = models.CharField(
        _("gender"), max_length=6, choices=Gender.choices, blank=True
    )
    looking_for = models.CharField(
        _("looking for"),
        max_length=6,
        choices=LookingFor.choices,
        default=LookingFor.ANY,
    )
    avatar = models.ImageField(_("avatar"), upload_to="avatars", blank=True)
    language = models.CharField(
        _("language"),
        max_length=2,
        choices=Language.choices,
        null=True,
        blank=True,
        help_text=_("Empty if the member has chosen none; mails are in MAIL_LANGUAGE."),
    )
    location = PointField(
        _("exact location"), geography=True, null=True, blank=True, spatial_index=False
    )
    # A trigger maintains it and overrules any value written: sql/member_anchored.sql.
    anchor = PointField(geography=True, null=True, editable=False, spatial_index=False)
    anchored_at = models.DateTimeField(null=True, editable=False)
    public_location = models.GeneratedField(
        verbose_name=_("public location"),
        expression=of_anchor(PublicPoint),
        output_field=PointField(geography=True, null=True, spatial_index=False),
        db_persist=True,
    )
    cell = models.GeneratedField(
        verbose_name=_("cell"),
        expression=of_anchor(PublicCell),
        output_field=models.IntegerField(null=True),
        db_persist=True,
    )
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("An inactive member cannot sign in and is invisible."),
    )
    may_be_named = models.BooleanField(
        _("may be named in organizations"), default=True, db_default=True
    )
    visibility = models.CharField(
        _("visibility"),
        max_length=8,
        choices=Visibility.choices,
        default=Visibility.EVERYONE,
        db_default=Visibility.EVERYONE,
        help_text=_("Hidden members are in no list and no count."),
    )
    is_staff = models.BooleanField(_("staff"), default=False)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)
    token_version = models.PositiveIntegerField(
        default=0, editable=False, help_text=_("Older tokens are not valid.")
    )

    objects = MemberManager()

    EMAIL_FIELD = USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["first_name", "last_name"]

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(
                fields=["email_identity"], name="member_email_identity_unique"
            ),
            models.CheckConstraint(
                condition=identity_is_of("email"), name="member_email_identity_true"
            ),
            models.UniqueConstraint(F("phone_number"), name="member_phone_unique"),
            models.CheckConstraint(
                condition=Q(email__isnull=False) | Q(phone_number__isnull=False),
                name="member_email_or_phone",
            ),
            models.CheckConstraint(
                condition=~Q(email="") & ~Q(phone_number=""),
                name="member_contact_not_empty",
            ),
            models.CheckConstraint(
                condition=Q(email_verified_at=None) | Q(email__isnull=False),
                name="member_email_proven_is_there",
            ),
            models.CheckConstraint(
                condition=~Q(pending_email=""), name="member_pending_email_not_empty"
            ),
            models.CheckConstraint(
                condition=~Q(claimed_phone="")
                & (Q(claimed_phone__isnull=True) | Q(phone_number__isnull=True)),
                name="member_phone_claimed_or_proven",
            ),
            models.CheckConstraint(
                condition=is_visible("first_name", or_empty=True)
                & is_visible("last_name", or_empty=True),
                name="member_names_visible",
            ),
            models.CheckConstraint(
                condition=Q(gender__in=["", *Gender.values]), name="member_gender_known"
            ),
            models.CheckConstraint(
                condition=Q(looking_for__in=LookingFor.values),
                name="member_looking_for_known",
            ),
            models.CheckConstraint(
                condition=Q(visibility__in=Visibility.values),
                name="member_visibility_known",
            ),
            models.CheckConstraint(
                condition=Q(language=None) | Q(language__in=Language.values),
                name="member_language_known",
            ),
            SqlRule.read("matchmaker", "folded_texts"),
        ]
        indexes = [
            # Distances are measured to cells: see Cell. Boxes are of public points.
            GistIndex(AsGeometry(F("public_location")), name="member_public_box"),
            # Finds suiting members of a cell by an index-only scan.
            models.Index(
                fields=["cell", "id"],
                include=["gender", "looking_for", "visibility"],
                name="member_cell",
                condition=Q(is_active=True),
            ),
            # The newest, however many others have hidden or left since.
            models.Index("id", name="member_listed", condition=LISTED),
            # Only for the admin's search: nothing else looks members up by a claim.
            models.Index(
                fields=["claimed_phone"],
                name="member_claimed_phone",
                condition=Q(claimed_phone__isnull=False),
            ),
            trigrams("first_name_folded", name="member_first_name"),
            trigrams("last_name_folded", name="member_last_name"),
        ]

    def __str__(self) -> str:
        # Not a contact: names appear where contacts must not, such as the admin's log.
        return self.get_full_name() or gettext("Member {id}").format(id=self.pk)

    def clean(self) -> None:
        # Django's own would put the user name, in NFKC, into the e-mail.
        pass

    def save(self, *, update_fields: Iterable[str] | None = None, **how: Any) -> None:
        if update_fields is not None and "email" in update_fields:
            update_fields = {*update_fields, "email_identity"}
        super().save(update_fields=update_fields, **how)

    def get_username(self) -> str:
        return self.email or self.phone_number or ""

    @property
    def own_phone(self) -> str | None:
        """The number in the member's own profile: the proven one or the claimed one."""
        return self.phone_number or self.claimed_phone

    @property
    def email_verified(self) -> bool:
        return self.email_verified_at is not None

    @property
    def phone_verified(self) -> bool:
        return self.phone_number is not None

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        # Sessions end together with tokens: services.sign_out_everywhere.
        value = f"{self.password}:{self.token_version}"
        return salted_hmac(
            "matchmaker.Member.session", value, secret=secret, algorithm="sha256"
        ).hexdigest()

    @property
    def mail_language(self) -> str:
        return self.language or settings.MAIL_LANGUAGE

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        return self.first_name
