"""Drop the spatial index that no query reads: organizations are found by boxes."""

from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("events", "0001_events")]

    operations = [RemoveIndexConcurrently("organization", "organization_location")]
