"""Drop the spatial indexes that no query reads: distances are measured to cells."""

from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("matchmaker", "0003_anchors")]

    operations = [
        RemoveIndexConcurrently("member", "member_location"),
        RemoveIndexConcurrently("member", "member_public_location"),
    ]
