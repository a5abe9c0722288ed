"""The export of all of a member's data as one file.

An app adds what it keeps of members in its AppConfig.ready: `register("chat", …)`.
"""

import json
from collections.abc import Callable

from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from rest_framework.utils.encoders import JSONEncoder

from matchmaker.authentication import MemberRequest

# Raised when a section's fields change, but not for a new section.
FORMAT_VERSION = 1

# Returns a section of the request's member, ready for JSON. It shows of others what the
# API shows this member, and takes a constant number of queries.
Section = Callable[[MemberRequest], object]

SECTIONS: dict[str, Section] = {}


def register(name: str, section: Section) -> None:
    """Add a section to the file, after those registered earlier."""
    if name in SECTIONS:
        raise ImproperlyConfigured(f"The export has a section {name!r} already")
    SECTIONS[name] = section


def write_export(request: MemberRequest) -> str:
    """Return the file: JSON text that people can read too. Raises TokenDead.

    Sections are read one after another, not as one snapshot.
    """
    head = {"format_version": FORMAT_VERSION, "exported_at": timezone.now()}
    sections = {name: section(request) for name, section in SECTIONS.items()}
    return json.dumps(head | sections, cls=JSONEncoder, ensure_ascii=False, indent=2)
