"""How many public events there are, so that their list need not count them."""

from django.db import models

from project.lib.sql_rules import SqlRule


class EventCount(models.Model):
    """A part of the number of public events; the sum of all rows is exact.

    Triggers on the table of events keep it (`sql/public_events_counted.sql`). There are
    as many rows as transactions that ever changed the number at the same time.
    """

    public = models.BigIntegerField()
    # Of these, events with a location.
    located = models.BigIntegerField()

    class Meta:
        verbose_name = "number of public events"
        verbose_name_plural = "numbers of public events"
        constraints = [SqlRule.read("events", "public_events_counted")]

    def __str__(self) -> str:
        return str(self.public)
