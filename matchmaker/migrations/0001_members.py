"""Members, likes and blocks; and the grid of the privacy rule (places.py)."""

import django.contrib.gis.db.models.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.contrib.postgres.operations import CreateExtension, TrigramExtension
from django.db import migrations, models

import matchmaker.places
import project.lib.reads.geo

GRID = """
CREATE FUNCTION cells_in_band(band integer) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN greatest(1, floor(
    36000 * cosd(greatest(abs(band - 9000), abs(band - 8999)) / 100.0::float8)
)::integer);

CREATE FUNCTION public_cell(exact geography) RETURNS integer
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
-- PostGIS may live in any schema, and a restored dump sets no path.
SET search_path FROM CURRENT
AS $$
DECLARE
    lon constant float8 := ST_X(exact::geometry);
    lat constant float8 := ST_Y(exact::geometry);
    band constant integer := least(floor((lat + 90) * 100)::integer, 17999);
    cells constant integer := cells_in_band(band);
BEGIN
    -- 180 and -180 degrees are one meridian, hence the remainder.
    RETURN band * 36000 + floor((lon + 180) / 360 * cells)::integer % cells;
END
$$;

CREATE FUNCTION cell_centre(cell integer) RETURNS geography
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
    band constant integer := cell / 36000;
    cells constant integer := cells_in_band(band);
BEGIN
    IF cells = 1 THEN  -- the round cell at a pole
        RETURN ST_MakePoint(0, sign(band - 9000) * 90)::geography;
    END IF;
    RETURN ST_MakePoint(
        -- The digits that are published (RFC 7946, 11.2): so a box cut at a published
        -- point holds it.
        round((180.0 * (2 * (cell % 36000) + 1) / cells - 180)::numeric, 7)::float8,
        ((2 * band + 1) / 200.0 - 90)::float8
    )::geography;
END
$$;

CREATE FUNCTION public_point(exact geography) RETURNS geography
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN cell_centre(public_cell(exact));
"""

DROP_GRID = """
DROP FUNCTION public_point(geography);
DROP FUNCTION cell_centre(integer);
DROP FUNCTION public_cell(geography);
DROP FUNCTION cells_in_band(integer);
"""

# Every cell that a member is in has its row, whatever code path put the member there.
# In order of their ids, so that two bulk loads cannot wait for each other in a circle.
OCCUPY = """
CREATE FUNCTION occupy_cells() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    IF TG_LEVEL = 'ROW' THEN
        INSERT INTO matchmaker_cell (id, point)
        VALUES (NEW.cell, NEW.public_location) ON CONFLICT DO NOTHING;
    ELSE
        INSERT INTO matchmaker_cell (id, point)
        SELECT DISTINCT ON (cell) cell, public_location FROM added
        WHERE cell IS NOT NULL ORDER BY cell
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER member_added AFTER INSERT ON matchmaker_member
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION occupy_cells();

CREATE TRIGGER member_moved AFTER UPDATE OF location ON matchmaker_member
FOR EACH ROW WHEN (NEW.cell IS NOT NULL AND NEW.cell IS DISTINCT FROM OLD.cell)
EXECUTE FUNCTION occupy_cells();
"""

LEAVE = """
DROP TRIGGER member_moved ON matchmaker_member;
DROP TRIGGER member_added ON matchmaker_member;
DROP FUNCTION occupy_cells();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        CreateExtension("postgis"),
        TrigramExtension(),
        migrations.RunSQL(GRID, DROP_GRID),
        migrations.CreateModel(
            name="Member",
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
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="last login"
                    ),
                ),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        blank=True, max_length=254, null=True, verbose_name="e-mail"
                    ),
                ),
                (
                    "phone_number",
                    models.CharField(
                        blank=True,
                        help_text="E.164",
                        max_length=16,
                        null=True,
                        verbose_name="phone number",
                    ),
                ),
                (
                    "first_name",
                    models.CharField(
                        blank=True, max_length=150, verbose_name="first name"
                    ),
                ),
                (
                    "last_name",
                    models.CharField(
                        blank=True, max_length=150, verbose_name="last name"
                    ),
                ),
                (
                    "gender",
                    models.CharField(
                        blank=True,
                        choices=[("male", "male"), ("female", "female")],
                        max_length=6,
                        verbose_name="gender",
                    ),
                ),
                (
                    "avatar",
                    models.ImageField(
                        blank=True, upload_to="avatars", verbose_name="avatar"
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("en", "English"), ("ru", "Russian")],
                        default="en",
                        max_length=2,
                        verbose_name="language",
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
                        verbose_name="exact location",
                    ),
                ),
                (
                    "public_location",
                    models.GeneratedField(
                        db_persist=True,
                        expression=matchmaker.places.PublicPoint("location"),
                        output_field=django.contrib.gis.db.models.fields.PointField(
                            geography=True, null=True, spatial_index=False, srid=4326
                        ),
                        verbose_name="public location",
                    ),
                ),
                (
                    "cell",
                    models.GeneratedField(
                        db_persist=True,
                        expression=matchmaker.places.PublicCell("location"),
                        output_field=models.IntegerField(null=True),
                        verbose_name="cell",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="An inactive member cannot sign in and is invisible.",
                        verbose_name="active",
                    ),
                ),
                ("is_staff", models.BooleanField(default=False, verbose_name="staff")),
                (
                    "date_joined",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="joined"
                    ),
                ),
                (
                    "token_version",
                    models.PositiveIntegerField(
                        default=0,
                        editable=False,
                        help_text="Older tokens are not valid.",
                    ),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "member",
                "verbose_name_plural": "members",
            },
        ),
        migrations.CreateModel(
            name="Block",
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
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="created"
                    ),
                ),
                (
                    "from_member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="blocks_given",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="blocked by",
                    ),
                ),
                (
                    "to_member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="blocks_received",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="blocked member",
                    ),
                ),
            ],
            options={
                "verbose_name": "block",
                "verbose_name_plural": "blocks",
            },
        ),
        migrations.CreateModel(
            name="Cell",
            fields=[
                ("id", models.IntegerField(primary_key=True, serialize=False)),
                (
                    "point",
                    django.contrib.gis.db.models.fields.PointField(
                        geography=True, spatial_index=False, srid=4326
                    ),
                ),
            ],
            options={
                "verbose_name": "cell",
                "verbose_name_plural": "cells",
                "indexes": [
                    django.contrib.postgres.indexes.GistIndex(
                        fields=["point"], name="cell_point"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Like",
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
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="created"
                    ),
                ),
                (
                    "from_member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="likes_given",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="liked by",
                    ),
                ),
                (
                    "to_member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="likes_received",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="liked member",
                    ),
                ),
            ],
            options={
                "verbose_name": "like",
                "verbose_name_plural": "likes",
            },
        ),
        migrations.AddIndex(
            model_name="member",
            index=django.contrib.postgres.indexes.GistIndex(
                fields=["location"], name="member_location"
            ),
        ),
        migrations.AddIndex(
            model_name="member",
            index=django.contrib.postgres.indexes.GistIndex(
                fields=["public_location"], name="member_public_location"
            ),
        ),
        migrations.AddIndex(
            model_name="member",
            index=django.contrib.postgres.indexes.GistIndex(
                project.lib.reads.geo.AsGeometry(models.F("public_location")),
                name="member_public_box",
            ),
        ),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(
                condition=models.Q(("is_active", True)),
                fields=["cell", "id"],
                name="member_cell",
            ),
        ),
        migrations.AddIndex(
            model_name="member",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("first_name"), "gin_trgm_ops"
                ),
                name="member_first_name",
            ),
        ),
        migrations.AddIndex(
            model_name="member",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("last_name"), "gin_trgm_ops"
                ),
                name="member_last_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Upper("email"),
                name="member_email_unique",
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.UniqueConstraint(
                models.F("phone_number"), name="member_phone_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("email__isnull", False),
                    ("phone_number__isnull", False),
                    _connector="OR",
                ),
                name="member_email_or_phone",
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("email", ""), _negated=True),
                    models.Q(("phone_number", ""), _negated=True),
                ),
                name="member_contact_not_empty",
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(("gender__in", ["", "male", "female"])),
                name="member_gender_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="block",
            constraint=models.UniqueConstraint(
                models.F("from_member"), models.F("to_member"), name="block_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="block",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("from_member", models.F("to_member")), _negated=True
                ),
                name="block_not_self",
            ),
        ),
        migrations.AddConstraint(
            model_name="like",
            constraint=models.UniqueConstraint(
                models.F("from_member"), models.F("to_member"), name="like_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="like",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("from_member", models.F("to_member")), _negated=True
                ),
                name="like_not_self",
            ),
        ),
        migrations.RunSQL(OCCUPY, LEAVE),
    ]
