"""The fixtures of the members' admin serve here too."""

from tests.matchmaker.admin.conftest import plain_static_files, staff_with

__all__ = ["plain_static_files", "staff_with"]
