"""Models of the grid's occupied cells, and of the places that decided them."""

from django.contrib.gis.db.models import PointField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from matchmaker.models.members import Member
from project.lib.sql_rules import SqlRule
from project.lib.tiles.squares import MapSquare

# The last zoom whose tiles show clusters of cells: beyond, a cell is wider than 64 px
# of a tile's 512.
CLUSTERS_MAX = 11


class Cell(models.Model):
    """A cell of the grid in which a member is or has been.

    Triggers of the member table add them (`sql/occupied_cells.sql`). All members of a
    cell are at its point, so measuring a cell once measures all of its members. The
    grid itself is `sql/privacy_grid.sql`.
    """

    id = models.IntegerField(primary_key=True)
    point = PointField(geography=True, spatial_index=False)
    # Without the changes that are not added up yet: see CellChange.
    members = models.IntegerField(default=0, db_default=0)
    # Where it is on web maps; null beside the poles, where they end.
    square = models.GeneratedField(
        expression=MapSquare("point"),
        output_field=models.BigIntegerField(null=True),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("cell")
        verbose_name_plural = _("cells")
        constraints = [
            SqlRule.read("matchmaker", "privacy_grid"),
            SqlRule.read("matchmaker", "map_squares"),
            SqlRule.read("matchmaker", "occupied_cells"),
        ]
        indexes = [
            GistIndex(fields=["point"], name="cell_point"),
            models.Index(fields=["square"], name="cell_square"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class CellChange(models.Model):
    """A change of how many active members who do not hide are in a cell.

    The number is `Cell.members` and the sum of these, in every snapshot. Triggers of
    the member table add them (`sql/cell_numbers.sql`), and a chore adds them up
    (`services.add_up_cell_changes`), to the squares around the cell too.
    """

    cell = models.IntegerField()
    square = models.BigIntegerField(null=True)
    members = models.IntegerField()

    class Meta:
        verbose_name = _("change of a cell’s number")
        verbose_name_plural = _("changes of cells’ numbers")
        constraints = [SqlRule.read("matchmaker", "cell_numbers")]
        indexes = [
            models.Index(fields=["cell"], include=["members"], name="cell_change"),
            models.Index(
                fields=["square"], include=["members"], name="cell_change_square"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cell}: {self.members:+}"


class MemberSquare(models.Model):
    """How many active members are in a square of the map, in the cells there.

    As of `Cell.members`, the numbers are without the changes that are not added up yet
    (project/lib/tiles/squares.py).
    """

    id = models.BigIntegerField(primary_key=True)
    number = models.IntegerField()
    x = models.BigIntegerField()
    y = models.BigIntegerField()

    class Meta:
        verbose_name = _("square of the map with members")
        verbose_name_plural = _("squares of the map with members")

    def __str__(self) -> str:
        return str(self.pk)


class Anchor(models.Model):
    """A place that decided a member's cell, and will again when the member returns.

    The trigger that keeps `Member.anchor` adds them, and keeps 20 for each member
    (`sql/member_anchored.sql`).
    """

    member = models.ForeignKey(
        Member, models.CASCADE, related_name="anchors", db_index=False
    )
    point = PointField(geography=True, spatial_index=False)
    left_at = models.DateTimeField()
    has_stayed = models.BooleanField(
        help_text="For an hour or longer, once. Others are forgotten first."
    )

    class Meta:
        verbose_name = _("remembered place")
        verbose_name_plural = _("remembered places")
        constraints = [
            models.UniqueConstraint(fields=["member", "point"], name="anchor_unique"),
            SqlRule.read("matchmaker", "member_anchored"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
