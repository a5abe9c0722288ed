"""The privacy rule: from the exact point to the public point (contract, section 6).

The grid is fixed. Bands of latitude are 0.01° high, 1,105.7 m or more on WGS 84. A
band holds n = floor(36,000 · cos φ) cells, where φ is its latitude nearest to a pole,
but at least one. So a cell is 360°/n wide, and at its narrowest
2π·N(φ)·cos φ / n ≥ 2π·a / 36,000 = 1,113.2 m from side to side. Whole numbers of
cells go round every parallel, so 180° and -180° are the same edge and no cell is cut
there. The bands at the poles are one round cell each, whose centre is the pole.

A phone at rest is off by some metres, so near an edge its fixes would fall now in one
cell, now in another, and their shares would reveal the distance to the edge. Therefore
the cell is not that of each fix, but of the member's *anchor*: a fix that is kept while
the member reports places within 500 m of it. Beyond that, the nearest earlier anchor
within 500 m becomes the anchor again, so that a commuter does not draw a new fix of the
home with each return; otherwise the new place becomes the anchor. Twenty are
remembered; those where the member never was for an hour are forgotten first, then those
left longest ago, so that the way to work does not push out the home. A member without a
location keeps the anchor. 500 m is half a cell, and more than the error of phones: of
fixes with an error of 50 m (standard deviation, east and north) two in 10¹¹ are so far
apart, of fixes with an error of 100 m two in a thousand. The cost: the cell may be one
up to 500 m beside the exact place.

The database derives the cell and its centre (`sql/privacy_grid.sql`) and maintains the
anchor (`sql/member_anchored.sql`), so that no code path can forget to; nothing else
computes them. `anchor` is null while it equals the location that the row was inserted
with, so bulk loads have nothing to maintain.
"""

from django.contrib.gis.db.models import PointField
from django.db.models import Case, Func, IntegerField, When
from django.db.models.functions import Coalesce


class PublicPoint(Func):
    """The centre of the cell that an exact geography point lies in."""

    function = "public_point"
    output_field = PointField(geography=True)


class PublicCell(Func):
    """The number of the cell: 36,000 · band from the south + cell from 180° west."""

    function = "public_cell"
    output_field = IntegerField()


def of_anchor(derived: type[Func]) -> Case:
    """Return a member's PublicPoint or PublicCell, or null without a location."""
    anchor = Coalesce("anchor", "location")
    return Case(When(location__isnull=False, then=derived(anchor)))
