"""Daphne's `runserver`, with the bounded server."""

from daphne.management.commands import runserver

from project.lib.server.bounded_server import BoundedServer


class Command(runserver.Command):
    server_cls = BoundedServer
