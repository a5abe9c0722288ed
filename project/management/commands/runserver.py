"""manage.py runserver: what `daphne` serves, restarted when the code changes."""

from project.lib.server.runserver import Command as Command
