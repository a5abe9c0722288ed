"""The fixtures of the members' admin serve here too."""

from tests.matchmaker.admin.conftest import _plain_static_files, staff_with

__all__ = ["_plain_static_files", "staff_with"]
