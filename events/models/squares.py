"""How many events and organizations are in each square of the map (tiles)."""

from django.db import models

from project.lib.sql_rules import SqlRule

# Beyond, a tile of a city has few enough of them to read each.
CLUSTERS_MAX = 13


class EventSquare(models.Model):
    """How many public events are in a square, without changes not added up yet."""

    id = models.BigIntegerField(primary_key=True)
    number = models.IntegerField()
    x = models.BigIntegerField()
    y = models.BigIntegerField()

    class Meta:
        verbose_name = "square of the map with events"
        verbose_name_plural = "squares of the map with events"

    def __str__(self) -> str:
        return str(self.pk)


class EventSquareChange(models.Model):
    square = models.BigIntegerField()
    number = models.IntegerField()

    class Meta:
        verbose_name = "change of a square’s number of events"
        verbose_name_plural = "changes of squares’ numbers of events"
        constraints = [SqlRule.read("events", "event_squares")]
        indexes = [
            models.Index(
                fields=["square"], include=["number"], name="event_square_change"
            )
        ]

    def __str__(self) -> str:
        return f"{self.square}: {self.number:+}"


class OrganizationSquare(models.Model):
    """How many organizations are in a square, without changes not added up yet."""

    id = models.BigIntegerField(primary_key=True)
    number = models.IntegerField()
    x = models.BigIntegerField()
    y = models.BigIntegerField()

    class Meta:
        verbose_name = "square of the map with organizations"
        verbose_name_plural = "squares of the map with organizations"

    def __str__(self) -> str:
        return str(self.pk)


class OrganizationSquareChange(models.Model):
    square = models.BigIntegerField()
    number = models.IntegerField()

    class Meta:
        verbose_name = "change of a square’s number of organizations"
        verbose_name_plural = "changes of squares’ numbers of organizations"
        constraints = [SqlRule.read("events", "organization_squares")]
        indexes = [
            models.Index(
                fields=["square"], include=["number"], name="organization_square_change"
            )
        ]

    def __str__(self) -> str:
        return f"{self.square}: {self.number:+}"
