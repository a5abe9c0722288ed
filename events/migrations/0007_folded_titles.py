"""Titles are kept folded for searches, as names are."""

import django.contrib.postgres.indexes
from django.db import migrations, models

import project.lib.reads.search


def folded(column):
    return models.GeneratedField(
        expression=project.lib.reads.search.Folded(models.F(column)),
        output_field=models.TextField(),
        db_persist=True,
    )


def trigrams(column, name):
    return django.contrib.postgres.indexes.GinIndex(
        fields=[column], opclasses=["gin_trgm_ops"], name=name
    )


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0006_confirmed_organizations"),
        ("matchmaker", "0010_folded_names"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="event", name="event_title"),
        migrations.RemoveIndex(model_name="organization", name="organization_title"),
        migrations.AddField(
            model_name="event", name="title_folded", field=folded("title")
        ),
        migrations.AddField(
            model_name="organization", name="title_folded", field=folded("title")
        ),
        migrations.AddIndex(
            model_name="event", index=trigrams("title_folded", "event_title")
        ),
        migrations.AddIndex(
            model_name="organization",
            index=trigrams("title_folded", "organization_title"),
        ),
    ]
