"""Events: what happens, where and when."""

from datetime import time
from uuid import uuid4

from django.contrib.gis.db.models import PointField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from events import constants
from events.digests import AsBytes, RowDigest
from events.models.organizations import Organization
from events.querysets import EventQuerySet
from matchmaker.models import Member
from project.lib.background.due import DueRow
from project.lib.reads.geo import AsGeometry
from project.lib.reads.search import folded, trigrams
from project.lib.text import is_visible
from project.lib.tiles.squares import MapSquare

PUBLIC = Q(published_at__isnull=False, cancelled_at=None)


class Event(DueRow):
    """An event: stored at once, due at `publish_at`, visible since `published_at`.

    Triggers on this table and on attendance keep `attendees` (`sql/event_places.sql`),
    so the database holds the limit of `capacity`, whoever writes.
    """

    title = models.CharField(_("title"), max_length=constants.TITLE_MAX_LENGTH)
    title_folded = folded("title")
    description = models.TextField(
        _("description"), max_length=constants.DESCRIPTION_MAX_LENGTH, blank=True
    )
    image = models.ImageField(_("picture"), upload_to="events", blank=True)
    thumbnail = models.ImageField(_("thumbnail"), upload_to="events", blank=True)
    date = models.DateTimeField(_("date"), null=True, blank=True)
    is_all_day = models.BooleanField(
        _("all day"), default=False, help_text=_("The date was given without a time.")
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
    capacity = models.PositiveIntegerField(_("capacity"), null=True, blank=True)
    attendees = models.PositiveIntegerField(_("attendees"), default=0, editable=False)
    # Includes invited and declined ones; `event_organizations` tells which.
    organizations = models.ManyToManyField(
        Organization,
        through="EventOrganization",
        related_name="events",
        blank=True,
        verbose_name=_("organizations"),
    )
    creator = models.ForeignKey(
        Member,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="events_created",
        verbose_name=_("creator"),
    )

    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    changed_at = models.DateTimeField(_("changed"), db_default=Now(), editable=False)
    publish_at = models.DateTimeField(_("to be published"), db_default=Now())
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, editable=False)
    # For calendars (RFC 5545): which event it is, and which version of it.
    uid = models.UUIDField(default=uuid4, unique=True, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    # Of all columns that calendars are written from: it changes when one of them does.
    calendar_digest = models.GeneratedField(
        expression=RowDigest(
            "uid", "sequence", "created_at", "changed_at", "title", "description",
            "date", "is_all_day", AsBytes("location"), "cancelled_at",
        ),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )  # fmt: skip

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            models.CheckConstraint(
                condition=is_visible("title"), name="event_title_visible"
            ),
            models.CheckConstraint(
                condition=is_visible("description", or_empty=True),
                name="event_description_visible",
            ),
            # An all-day event is stored as the first instant of its day in UTC.
            models.CheckConstraint(
                condition=Q(is_all_day=False)
                | Q(date__isnull=False, date__time=time(0)),
                name="event_all_day_is_midnight",
            ),
            models.CheckConstraint(
                condition=Q(capacity=None) | Q(attendees__lte=F("capacity")),
                name="event_within_capacity",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="event_due",
                condition=Q(published_at=None, cancelled_at=None),
            ),
            models.Index(fields=["date", "id"], name="event_date", condition=PUBLIC),
            models.Index(
                F("date").desc(nulls_last=True),
                F("id").desc(),
                name="event_date_down",
                condition=PUBLIC,
            ),
            # For calendars, which also have recently cancelled events.
            models.Index(
                F("date").desc(nulls_last=True),
                F("id").desc(),
                name="event_calendar",
                condition=Q(published_at__isnull=False, date__isnull=False),
                include=["cancelled_at", "calendar_digest"],
            ),
            models.Index(fields=["id"], name="event_public", condition=PUBLIC),
            models.Index(fields=["square"], name="event_square", condition=PUBLIC),
            GistIndex(fields=["location"], name="event_location"),
            GistIndex(AsGeometry(F("location")), name="event_box"),
            trigrams("title_folded", name="event_title"),
        ]

    def __str__(self) -> str:
        return self.title
