"""Organizations, events, and attendance with its triggers."""

import uuid

import django.contrib.gis.db.models.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import events.models.calendars
import project.lib.reads.geo

# Places are counted, and given to those who wait, by whatever code path one is taken
# or freed: a member's account that is deleted, more capacity, the admin. Each takes the
# event's row first, so they come one after the other. And each writes it once: a row
# that is written twice in a transaction has its foreign keys checked again, and who
# deletes the creator's account, which is held for that, is waiting for the event.
COUNT_PLACES = """
CREATE FUNCTION move_up(full_event bigint, free bigint) RETURNS integer
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    moved integer;
BEGIN
    -- No capacity: free is null, no LIMIT. Whose account is being deleted is passed
    -- over, not waited for. An array: a subquery may be run, and lock, repeatedly.
    UPDATE events_attendance
    SET is_waiting = false, promoted_at = statement_timestamp(),
        next_attempt_at = statement_timestamp()
    WHERE id = ANY (ARRAY(
        SELECT place.id FROM events_attendance place
        JOIN matchmaker_member member ON member.id = place.member_id
        WHERE place.event_id = full_event AND place.is_waiting AND member.is_active
        ORDER BY place.id LIMIT CASE WHEN free < 0 THEN 0 ELSE free END
        FOR UPDATE OF place SKIP LOCKED
    ));
    GET DIAGNOSTICS moved = ROW_COUNT;
    RETURN moved;
END
$$;

CREATE FUNCTION take_places(of_event bigint, taken bigint) RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    is_open boolean;
    free bigint;
BEGIN
    -- Held in any case: a full one may have a place by the time that others are done.
    SELECT cancelled_at IS NULL, capacity - attendees - taken INTO is_open, free
    FROM events_event WHERE id = of_event FOR NO KEY UPDATE;
    IF is_open THEN
        taken := taken + move_up(of_event, free);
    END IF;
    UPDATE events_event SET attendees = attendees + taken
    WHERE id = of_event AND taken <> 0;
END
$$;

CREATE FUNCTION count_places() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM take_places(event_id, CASE TG_OP WHEN 'INSERT' THEN n ELSE -n END)
    FROM (
        SELECT event_id, count(*) FILTER (WHERE NOT is_waiting) AS n
        FROM changed GROUP BY event_id ORDER BY event_id
    ) by_event;
    RETURN NULL;
END
$$;

CREATE FUNCTION count_place() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM take_places(NEW.event_id, CASE WHEN NEW.is_waiting THEN -1 ELSE 1 END);
    RETURN NULL;
END
$$;

CREATE FUNCTION use_capacity() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    -- Unless it is take_places that counts: what a form has read may be out of date.
    IF pg_trigger_depth() = 1 THEN
        NEW.attendees := OLD.attendees;
        IF NEW.cancelled_at IS NULL THEN
            NEW.attendees := OLD.attendees
                + move_up(NEW.id, NEW.capacity - OLD.attendees);
        END IF;
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER places_taken
AFTER INSERT ON events_attendance REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION count_places();

CREATE TRIGGER places_freed
AFTER DELETE ON events_attendance REFERENCING OLD TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION count_places();

-- By hand; those that move_up sets are counted where it is called.
CREATE TRIGGER place_changed
AFTER UPDATE OF is_waiting ON events_attendance
FOR EACH ROW WHEN (
    OLD.is_waiting <> NEW.is_waiting
    AND OLD.promoted_at IS NOT DISTINCT FROM NEW.promoted_at
)
EXECUTE FUNCTION count_place();

CREATE TRIGGER capacity_used
BEFORE UPDATE OF capacity, attendees ON events_event
FOR EACH ROW EXECUTE FUNCTION use_capacity();
"""

UNCOUNT_PLACES = """
DROP TRIGGER capacity_used ON events_event;
DROP TRIGGER place_changed ON events_attendance;
DROP TRIGGER places_freed ON events_attendance;
DROP TRIGGER places_taken ON events_attendance;
DROP FUNCTION use_capacity();
DROP FUNCTION count_place();
DROP FUNCTION count_places();
DROP FUNCTION take_places(bigint, bigint);
DROP FUNCTION move_up(bigint, bigint);
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CalendarFeed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "secret",
                    models.CharField(
                        default=events.models.calendars.new_secret,
                        max_length=32,
                        unique=True,
                        verbose_name="secret",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="created"
                    ),
                ),
                (
                    "member",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calendar_feed",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="member",
                    ),
                ),
            ],
            options={
                "verbose_name": "calendar feed",
                "verbose_name_plural": "calendar feeds",
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[("owner", "owner"), ("member", "member")],
                        default="member",
                        max_length=6,
                        verbose_name="role",
                    ),
                ),
                (
                    "confirmed_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="confirmed"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="created"
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="member",
                    ),
                ),
            ],
            options={
                "verbose_name": "membership",
                "verbose_name_plural": "memberships",
            },
        ),
        migrations.CreateModel(
            name="Organization",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                (
                    "description",
                    models.TextField(
                        blank=True, max_length=10000, verbose_name="description"
                    ),
                ),
                (
                    "postcode",
                    models.CharField(
                        blank=True, max_length=20, verbose_name="postcode"
                    ),
                ),
                (
                    "address",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="address"
                    ),
                ),
                (
                    "location",
                    django.contrib.gis.db.models.fields.PointField(
                        blank=True,
                        geography=True,
                        null=True,
                        spatial_index=False,
                        srid=4326,
                        verbose_name="location",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="created"
                    ),
                ),
                (
                    "members",
                    models.ManyToManyField(
                        related_name="organizations",
                        through="events.Membership",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="members",
                    ),
                ),
            ],
            options={
                "verbose_name": "organization",
                "verbose_name_plural": "organizations",
            },
        ),
        migrations.AddField(
            model_name="membership",
            name="organization",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="memberships",
                to="events.organization",
                verbose_name="organization",
            ),
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "attempts",
                    models.PositiveIntegerField(
                        default=0, editable=False, verbose_name="attempts"
                    ),
                ),
                (
                    "next_attempt_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="next attempt",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                (
                    "description",
                    models.TextField(
                        blank=True, max_length=10000, verbose_name="description"
                    ),
                ),
                (
                    "image",
                    models.ImageField(
                        blank=True, upload_to="events", verbose_name="picture"
                    ),
                ),
                (
                    "thumbnail",
                    models.ImageField(
                        blank=True, upload_to="events", verbose_name="thumbnail"
                    ),
                ),
                (
                    "date",
                    models.DateTimeField(blank=True, null=True, verbose_name="date"),
                ),
                (
                    "is_all_day",
                    models.BooleanField(
                        default=False,
                        help_text="The date was given without a time.",
                        verbose_name="all day",
                    ),
                ),
                (
                    "location",
                    django.contrib.gis.db.models.fields.PointField(
                        blank=True,
                        geography=True,
                        null=True,
                        spatial_index=False,
                        srid=4326,
                        verbose_name="location",
                    ),
                ),
                (
                    "capacity",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="capacity"
                    ),
                ),
                (
                    "attendees",
                    models.PositiveIntegerField(
                        default=0, editable=False, verbose_name="attendees"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="created",
                    ),
                ),
                (
                    "changed_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="changed",
                    ),
                ),
                (
                    "publish_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="to be published",
                    ),
                ),
                (
                    "published_at",
                    models.DateTimeField(
                        editable=False, null=True, verbose_name="published"
                    ),
                ),
                (
                    "cancelled_at",
                    models.DateTimeField(
                        editable=False, null=True, verbose_name="cancelled"
                    ),
                ),
                (
                    "uid",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                ),
                ("sequence", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "creator",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="events_created",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="creator",
                    ),
                ),
                (
                    "organizations",
                    models.ManyToManyField(
                        blank=True,
                        related_name="events",
                        to="events.organization",
                        verbose_name="organizations",
                    ),
                ),
            ],
            options={
                "verbose_name": "event",
                "verbose_name_plural": "events",
            },
        ),
        migrations.CreateModel(
            name="Attendance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "attempts",
                    models.PositiveIntegerField(
                        default=0, editable=False, verbose_name="attempts"
                    ),
                ),
                (
                    "next_attempt_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="next attempt",
                    ),
                ),
                (
                    "is_waiting",
                    models.BooleanField(default=False, verbose_name="waiting"),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="created"
                    ),
                ),
                (
                    "promoted_at",
                    models.DateTimeField(
                        editable=False, null=True, verbose_name="moved up"
                    ),
                ),
                (
                    "told_at",
                    models.DateTimeField(
                        editable=False, null=True, verbose_name="notified"
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attendances",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="member",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attendances",
                        to="events.event",
                        verbose_name="event",
                    ),
                ),
            ],
            options={
                "verbose_name": "attendance",
                "verbose_name_plural": "attendances",
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_waiting", True)),
                        fields=["event", "id"],
                        name="attendance_line",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("promoted_at__isnull", False), ("told_at", None)
                        ),
                        fields=["next_attempt_at"],
                        name="attendance_untold",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("event"), models.F("member"), name="attendance_unique"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="organization",
            index=django.contrib.postgres.indexes.GistIndex(
                fields=["location"], name="organization_location"
            ),
        ),
        migrations.AddIndex(
            model_name="organization",
            index=django.contrib.postgres.indexes.GistIndex(
                project.lib.reads.geo.AsGeometry(models.F("location")),
                name="organization_box",
            ),
        ),
        migrations.AddIndex(
            model_name="organization",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("title"), "gin_trgm_ops"
                ),
                name="organization_title",
            ),
        ),
        migrations.AddConstraint(
            model_name="organization",
            constraint=models.CheckConstraint(
                condition=models.Q(("title", ""), _negated=True),
                name="organization_title_not_empty",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                models.F("organization"), models.F("member"), name="membership_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["owner", "member"])),
                name="membership_role_known",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("cancelled_at", None), ("published_at", None)),
                fields=["next_attempt_at"],
                name="event_due",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(
                    ("cancelled_at", None), ("published_at__isnull", False)
                ),
                fields=["date", "id"],
                name="event_date",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                models.OrderBy(models.F("date"), descending=True, nulls_last=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(
                    ("cancelled_at", None), ("published_at__isnull", False)
                ),
                name="event_date_down",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(
                    ("cancelled_at", None),
                    ("published_at__isnull", False),
                    ("location__isnull", False),
                ),
                fields=["id"],
                name="event_located",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=django.contrib.postgres.indexes.GistIndex(
                fields=["location"], name="event_location"
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=django.contrib.postgres.indexes.GistIndex(
                project.lib.reads.geo.AsGeometry(models.F("location")), name="event_box"
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("title"), "gin_trgm_ops"
                ),
                name="event_title",
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(("title", ""), _negated=True),
                name="event_title_not_empty",
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("capacity", None),
                    ("attendees__lte", models.F("capacity")),
                    _connector="OR",
                ),
                name="event_within_capacity",
            ),
        ),
        migrations.RunSQL(COUNT_PLACES, UNCOUNT_PLACES),
    ]
