"""The privacy rule's one home: exact point → public point (contract, section 6).

The grid is fixed. Bands of latitude are 0.01° high, 1,105.7 m or more on WGS 84. A
band holds n = floor(36,000 · cos φ) cells, φ its latitude nearest to a pole, or one
where that is none. A cell is so 360°/n wide, and at its narrowest
2π·N(φ)·cos φ / n ≥ 2π·a / 36,000 = 1,113.2 m from side to side. Whole numbers of
cells go round every parallel, so 180° and -180° are the same edge and no cell is cut
there. The bands at the poles are one round cell each, whose centre is the pole.

A phone at rest errs by some metres, so beside an edge its fixes would be in one cell,
then in another, and how often in either would tell how far the edge is. So the cell is
not that of each fix, but of the member's *anchor*: a fix that stays while the member
reports places within 500 m of it. Beyond them the nearest one of the places that were
anchors before, if one is within 500 m, is the anchor again, so that who commutes draws
no new fix of the home with each return; else the new place is it. Twenty are
remembered, those where the member never was for an hour forgotten first, then those
left longest ago; so the way to work does not push out the home. A member without a
location keeps the anchor. 500 m is half a cell, and more than phones err: of fixes that
err by 50 m (standard deviation, east and north) two of 10¹¹ are as far apart, of fixes
that err by 100 m two of a thousand. What it costs: the cell may be one up to 500 m
beside the exact place.

The database derives the cell and its centre (`sql/privacy_grid.sql`) and keeps the
anchor (`sql/member_anchored.sql`), so that no code path can forget it; nothing else
computes them. `anchor` is null while it is the
location that the row was made with, so bulk loads have nothing to keep.
"""

from django.contrib.gis.db.models import PointField
from django.db.models import Case, Func, IntegerField, When
from django.db.models.functions import Coalesce


class PublicPoint(Func):
    """The centre of the cell that an exact geography point lies in."""

    function = "public_point"
    output_field = PointField(geography=True)


class PublicCell(Func):
    """The number of that cell: 36,000 · band from the south + cell from 180° west."""

    function = "public_cell"
    output_field = IntegerField()


def of_anchor(derived: type[Func]) -> Case:
    """PublicPoint or PublicCell of a member: none without a location."""
    anchor = Coalesce("anchor", "location")
    return Case(When(location__isnull=False, then=derived(anchor)))
