"""`manage.py runserver`: serve what `daphne` serves, and restart on code changes."""

from project.lib.server.runserver import Command as Command
