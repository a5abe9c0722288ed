"""The place that decides a member's cell: an anchor, not each fix (places.py)."""

import django.contrib.gis.db.models.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Coalesce

import matchmaker.places
import project.lib.reads.geo

# BEFORE, so that the generated columns are computed from the anchor that it chooses.
# What a statement writes into the anchor itself, Model.save() of a row read long ago
# say, is overruled. An INSERT may bring one: a restored dump does.
ANCHOR = """
CREATE FUNCTION anchor_member() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    reach_m constant float8 := 500;
    remembered constant integer := 20;
    held constant geography := coalesce(OLD.anchor, OLD.location);
    held_since constant timestamptz := coalesce(OLD.anchored_at, OLD.date_joined);
    moment constant timestamptz := clock_timestamp();
BEGIN
    NEW.anchor := held;
    NEW.anchored_at := OLD.anchored_at;
    IF NEW.location IS NULL OR ST_DWithin(NEW.location, held, reach_m) THEN
        RETURN NEW;
    END IF;

    NEW.anchored_at := moment;
    SELECT point INTO NEW.anchor FROM matchmaker_anchor
    WHERE member_id = OLD.id AND ST_DWithin(point, NEW.location, reach_m)
    ORDER BY ST_Distance(point, NEW.location), id LIMIT 1;
    IF NOT FOUND THEN
        NEW.anchor := NEW.location;
    END IF;

    IF held IS NOT NULL THEN
        INSERT INTO matchmaker_anchor AS known (member_id, point, left_at, has_stayed)
        VALUES (OLD.id, held, moment, moment - held_since >= interval '1 hour')
        ON CONFLICT (member_id, point) DO UPDATE SET
            left_at = excluded.left_at,
            has_stayed = known.has_stayed OR excluded.has_stayed;
        DELETE FROM matchmaker_anchor WHERE id IN (
            SELECT id FROM matchmaker_anchor WHERE member_id = OLD.id
            ORDER BY has_stayed DESC, left_at DESC OFFSET remembered
        );
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER member_anchored BEFORE UPDATE OF location, anchor ON matchmaker_member
FOR EACH ROW EXECUTE FUNCTION anchor_member();
"""

LET_GO = """
DROP TRIGGER member_anchored ON matchmaker_member;
DROP FUNCTION anchor_member();
"""

# Of migration 0001; it reads the cell, which is made anew.
MOVED = """
CREATE TRIGGER member_moved AFTER UPDATE OF location ON matchmaker_member
FOR EACH ROW WHEN (NEW.cell IS NOT NULL AND NEW.cell IS DISTINCT FROM OLD.cell)
EXECUTE FUNCTION occupy_cells();
"""

NOT_MOVED = "DROP TRIGGER member_moved ON matchmaker_member"

# Back without anchors, members may be in cells where nobody was.
OCCUPY_AGAIN = """
INSERT INTO matchmaker_cell (id, point)
SELECT DISTINCT ON (cell) cell, public_location FROM matchmaker_member
WHERE cell IS NOT NULL ORDER BY cell
ON CONFLICT DO NOTHING
"""


def of_anchor(derived):
    return models.Case(
        models.When(
            location__isnull=False, then=derived(Coalesce("anchor", "location"))
        )
    )


class Migration(migrations.Migration):
    dependencies = [
        ("matchmaker", "0002_sympathy"),
    ]

    operations = [
        migrations.RunSQL(NOT_MOVED, MOVED + OCCUPY_AGAIN),
        migrations.RemoveIndex(model_name="member", name="member_public_location"),
        migrations.RemoveIndex(model_name="member", name="member_public_box"),
        migrations.RemoveIndex(model_name="member", name="member_cell"),
        migrations.RemoveField(model_name="member", name="public_location"),
        migrations.RemoveField(model_name="member", name="cell"),
        migrations.AddField(
            model_name="member",
            name="anchor",
            field=django.contrib.gis.db.models.fields.PointField(
                editable=False,
                geography=True,
                null=True,
                spatial_index=False,
                srid=4326,
            ),
        ),
        migrations.AddField(
            model_name="member",
            name="anchored_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="member",
            name="public_location",
            field=models.GeneratedField(
                db_persist=True,
                expression=of_anchor(matchmaker.places.PublicPoint),
                output_field=django.contrib.gis.db.models.fields.PointField(
                    geography=True, null=True, spatial_index=False, srid=4326
                ),
                verbose_name="public location",
            ),
        ),
        migrations.AddField(
            model_name="member",
            name="cell",
            field=models.GeneratedField(
                db_persist=True,
                expression=of_anchor(matchmaker.places.PublicCell),
                output_field=models.IntegerField(null=True),
                verbose_name="cell",
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
                include=("gender", "looking_for"),
                name="member_cell",
            ),
        ),
        migrations.CreateModel(
            name="Anchor",
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
                    "point",
                    django.contrib.gis.db.models.fields.PointField(
                        geography=True, spatial_index=False, srid=4326
                    ),
                ),
                ("left_at", models.DateTimeField()),
                (
                    "has_stayed",
                    models.BooleanField(
                        help_text="For an hour or longer, once. Others are forgotten first."
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="anchors",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "remembered place",
                "verbose_name_plural": "remembered places",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("member", "point"), name="anchor_unique"
                    )
                ],
            },
        ),
        migrations.RunSQL(MOVED, NOT_MOVED),
        migrations.RunSQL(ANCHOR, LET_GO),
    ]
