"""Functions of filters that CQL2 does not have itself, as `/functions` tells them."""

from typing import Any

from django.utils.translation import gettext_lazy as _

FUNCTIONS: list[dict[str, Any]] = [
    {
        "name": "S_DWITHIN",
        "description": _(
            "Whether two geometries are at most so many metres apart, on the ellipsoid"
        ),
        "returns": ["boolean"],
        "arguments": [
            {"title": _("one geometry"), "type": ["geometry"]},
            {"title": _("the other"), "type": ["geometry"]},
            {"title": _("metres"), "type": ["number"]},
        ],
    }
]
