"""The privacy rule's one home: exact point → public point (contract, section 6).

The grid is fixed. Bands of latitude are 0.01° high, 1,105.7 m or more on WGS 84. A
band holds n = floor(36,000 · cos φ) cells, φ its latitude nearest to a pole, or one
where that is none. A cell is so 360°/n wide, and at its narrowest
2π·N(φ)·cos φ / n ≥ 2π·a / 36,000 = 1,113.2 m from side to side. Whole numbers of
cells go round every parallel, so 180° and -180° are the same edge and no cell is cut
there. The bands at the poles are one round cell each, whose centre is the pole.

The database derives the cell and its centre (migration 0001: `public_cell`,
`public_point`), so that no code path can forget it; nothing else computes them.
"""

from django.contrib.gis.db.models import PointField
from django.db.models import Func, IntegerField


class PublicPoint(Func):
    """The centre of the cell that an exact geography point lies in."""

    function = "public_point"
    output_field = PointField(geography=True)


class PublicCell(Func):
    """The number of that cell: 36,000 · band from the south + cell from 180° west."""

    function = "public_cell"
    output_field = IntegerField()
