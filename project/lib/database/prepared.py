"""Statements that a connection has PostgreSQL parse and plan once, and then run often.

psycopg2 has no protocol for that, so the SQL commands PREPARE and EXECUTE are sent.
A plan is made for any values (ONE_PLAN), because one that is made for each execution's
values is no faster than no prepared statement.

What can happen to a prepared statement:

- its connection ends: a new one has prepared nothing yet;
- `search_path`, a table or an index changes: PostgreSQL plans again by itself;
- it is gone (DISCARD ALL, DEALLOCATE ALL, a pooler gave us another session), or the
  type of a column in its result has changed: PostgreSQL refuses it before running it.
  It is then sent as ordinary SQL, and everything is prepared anew. Within a
  transaction, which that error has ended, the request is a 503; a later one works.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Self

from django.db import Error, OperationalError
from psycopg2.errors import FeatureNotSupported, InvalidSqlStatementName

# Statements of one connection; beyond, the least recently used one is forgotten. Each
# takes PostgreSQL 0.1 to 1.2 MB.
PREPARED_MAX = 32

# An option of the connection.
ONE_PLAN = "-c plan_cache_mode=force_generic_plan"

# What a number of SQL may be. Of an ordinary statement, a larger one finds nothing; a
# prepared one fails.
BIGINT = range(-(2**63), 2**63)

REFUSED = FeatureNotSupported | InvalidSqlStatementName


class StatementsLost(OperationalError):
    """A prepared statement is gone, and the transaction with it."""


@dataclass(frozen=True)
class Preparable:
    """A statement by `name`, and the commands that prepare it and run it.

    `execute` has a `%s` for each value.
    """

    name: str
    prepare: str
    execute: str

    @classmethod
    def of(cls, sql: str, parameters: int) -> Self:
        """Name `sql`, with its parameters as `$1`, `$2`, …, by what it says.

        So a name means the same in every session, whoever has prepared it.
        """
        name = f"matchmaker_{sha256(sql.encode()).hexdigest()[:32]}"
        values = f"({', '.join(['%s'] * parameters)})" if parameters else ""
        return cls(name, f"PREPARE {name} AS {sql}", f"EXECUTE {name}{values}")


class PreparedStatements:
    """What one connection has prepared, the least recently used first."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._names: OrderedDict[str, None] = OrderedDict()
        self._are_known = False  # a pooler may have given us a used session

    def execute(
        self, cursor: Any, statement: Preparable, values: Sequence[Any]
    ) -> bool:
        """Run it. Return False if it has to be sent as ordinary SQL instead.

        Raises StatementsLost.
        """
        if any(isinstance(each, int) and each not in BIGINT for each in values):
            return False
        try:
            self._prepare(statement)
            cursor.execute(statement.execute, values)
        except Error as error:
            if not isinstance(error.__cause__, REFUSED):
                raise
            self._are_known = False
            if self._connection.in_atomic_block:
                raise StatementsLost(str(error)) from error
            return False
        return True

    def _prepare(self, statement: Preparable) -> None:
        if self._are_known and statement.name in self._names:
            self._names.move_to_end(statement.name)
            return
        commands = [statement.prepare]
        if not self._are_known:
            self._names.clear()
            commands.insert(0, "DEALLOCATE ALL")
        elif len(self._names) >= PREPARED_MAX:
            oldest, _none = self._names.popitem(last=False)
            commands.insert(0, f"DEALLOCATE {oldest}")
        # Past Django's log of queries: it happens once, and is no query.
        with (
            self._connection.wrap_database_errors,
            self._connection.create_cursor() as cursor,
        ):
            cursor.execute("; ".join(commands))
        self._are_known = True
        self._names[statement.name] = None
