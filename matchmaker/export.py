"""Everything that is a member's, as one file for that member.

An app adds what it keeps of members in its AppConfig.ready: `register("chat", …)`.
"""

import json
from collections.abc import Callable

from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from rest_framework.utils.encoders import JSONEncoder

from matchmaker.authentication import MemberRequest

# Moved on when a section changes its shape; a new section does not.
FORMAT_VERSION = 1

# What of the request's member a section holds, as JSON may. It tells of others what
# the API tells this member, and costs a constant number of queries.
Section = Callable[[MemberRequest], object]

SECTIONS: dict[str, Section] = {}


def register(name: str, section: Section) -> None:
    """Add a section to the file, after those of the apps before."""
    if name in SECTIONS:
        raise ImproperlyConfigured(f"The export has a section {name!r} already")
    SECTIONS[name] = section


def write_export(request: MemberRequest) -> str:
    """The file: JSON text to be read by people too. Raises TokenDead.

    The sections are read one after the other, each as it is then.
    """
    head = {"format_version": FORMAT_VERSION, "exported_at": timezone.now()}
    sections = {name: section(request) for name, section in SECTIONS.items()}
    return json.dumps(head | sections, cls=JSONEncoder, ensure_ascii=False, indent=2)
