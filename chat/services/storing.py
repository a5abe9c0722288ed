"""How messages of one room are stored together: numbers, read positions, rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Self
from uuid import UUID

from django.db import DataError, IntegrityError
from django.db import Error as DatabaseError

from chat import errors
from chat.models import Message
from chat.reads import open_room_to_each
from chat.services import broadcasts
from chat.services.locks import held_signed_in
from matchmaker.errors import TokenDead
from matchmaker.models import Member
from project.lib.constraints import violations_as
from project.lib.errors import DomainError
from project.lib.reads.statements import Param, Statement


@dataclass(frozen=True)
class Draft:
    """A message to store. `client_id`: what its sender's client calls it."""

    member: Member
    text: str
    client_id: UUID | None


@dataclass(frozen=True)
class Stored:
    """A stored message; `is_new` False: the sender had sent it before."""

    message: Message
    is_new: bool


Outcome = Stored | DomainError | DatabaseError


class _Repeated(DomainError):
    """The same client is storing the same message in another call, or twice in this."""


_REPEATED = {"message_client_id_unique": _Repeated}


def store(room_id: int, drafts: Sequence[Draft]) -> list[Outcome]:
    """Store messages in one transaction, and tell the room; return what became of each.

    If the database refuses one of them, each is stored by itself. Raises
    django.db.Error if none was stored.
    """
    try:
        return _store(room_id, drafts)
    except (_Repeated, IntegrityError, DataError) as error:
        if len(drafts) > 1:
            return [_store_alone(room_id, draft) for draft in drafts]
        if not isinstance(error, _Repeated):
            raise
    return _store(room_id, drafts)  # this time it is found


def _store_alone(room_id: int, draft: Draft) -> Outcome:
    try:
        (outcome,) = store(room_id, [draft])
    except DatabaseError as error:
        return error
    return outcome


def _store(room_id: int, drafts: Sequence[Draft]) -> list[Outcome]:
    with violations_as(_REPEATED):
        signed_in = held_signed_in(draft.member for draft in drafts)
        batch = _Batch.of(room_id, drafts, signed_in)
        rows = _send().rows(batch)
    # From here on the room is no longer locked.
    outcomes = [
        _outcome(room_id, draft, is_alive, *row)
        for draft, is_alive, row in zip(drafts, batch.are_alive, rows, strict=True)
    ]
    stored = [each for each in outcomes if isinstance(each, Stored)]
    broadcasts.messages_sent(room_id, [each.message for each in stored if each.is_new])
    return outcomes


def _outcome(
    room_id: int, draft: Draft, is_alive: bool, pk: int | None, *fields: Any
) -> Outcome:
    if pk is None:
        return errors.RoomUnknown() if is_alive else TokenDead()
    is_new, number, text, sent_at, hidden_at = fields
    message = Message(
        pk=pk, room_id=room_id, number=number, sender=draft.member, text=text,
        client_id=draft.client_id, sent_at=sent_at, hidden_at=hidden_at,
    )  # fmt: skip
    return Stored(message, is_new)


@dataclass(frozen=True)
class _Batch:
    """Drafts by columns. `viewers`: signed-in senders, each once."""

    room_id: int
    viewers: list[int]
    senders: list[int]
    are_alive: list[bool]
    texts: list[str]
    client_ids: list[str | None]

    @classmethod
    def of(
        cls, room_id: int, drafts: Sequence[Draft], signed_in: set[tuple[int, int]]
    ) -> Self:
        members = [draft.member for draft in drafts]
        ids = [draft.client_id for draft in drafts]
        return cls(
            room_id=room_id,
            viewers=[pk for pk, _version in signed_in],
            senders=[member.pk for member in members],
            are_alive=[(m.pk, m.token_version) in signed_in for m in members],
            texts=[draft.text for draft in drafts],
            client_ids=[None if each is None else str(each) for each in ids],
        )


@cache
def _send() -> Statement[_Batch]:
    """Find what was sent before; take numbers for the rest, and insert it.

    A sender's read position moves with their messages if nothing before was unread:
    with those that follow one another from the sender's `first` to the `last`. The time
    is taken while the room is locked, so times follow the order of the numbers.

    Each search for a `client_id` is limited to one row: then PostgreSQL looks into the
    unique index, whatever it thinks of the table's size.
    """
    return Statement.written(
        """
        WITH viewer AS MATERIALIZED (
            SELECT viewer.id FROM unnest({viewers}::bigint[]) viewer(id)
            CROSS JOIN LATERAL ({room} LIMIT 1) room
        ), draft AS MATERIALIZED (
            SELECT draft.*, stored.*,
                is_alive AND sender_id IN (SELECT id FROM viewer) AS is_let
            FROM (
                SELECT sender_id, is_alive, text, name::uuid AS client_id, place
                FROM unnest(
                    {senders}::bigint[], {are_alive}::boolean[], {texts}::text[],
                    {client_ids}::text[]
                ) WITH ORDINALITY draft(sender_id, is_alive, text, name, place)
            ) draft
            LEFT JOIN LATERAL (
                SELECT id AS stored_id, number AS stored_number, text AS stored_text,
                    sent_at AS stored_at, hidden_at
                FROM chat_message
                WHERE room_id = {room_id} AND sender_id = draft.sender_id
                    AND client_id = draft.client_id AND client_id IS NOT NULL
                LIMIT 1
            ) stored ON true
        ), fresh AS MATERIALIZED (
            SELECT sender_id, text, client_id, place,
                row_number() OVER (ORDER BY place) AS step
            FROM draft WHERE is_let AND stored_id IS NULL
        ), numbered AS (
            UPDATE chat_room SET last_number = last_number + fresh.number
            FROM (SELECT count(*) AS number FROM fresh) fresh
            WHERE id = {room_id} AND fresh.number > 0
            RETURNING id, kind, last_number - fresh.number AS before,
                clock_timestamp() AS sent_at
        ), run AS (
            SELECT DISTINCT ON (sender_id) sender_id, min(step) AS first,
                max(step) AS last
            FROM (
                SELECT sender_id, step,
                    step - row_number() OVER (PARTITION BY sender_id ORDER BY step)
                        AS of_others
                FROM fresh
            ) spoken
            GROUP BY sender_id, of_others ORDER BY sender_id, first
        ), has_read AS (
            INSERT INTO chat_participant AS mine (room_id, member_id, read_number)
            SELECT id, sender_id,
                CASE WHEN kind = 'lobby' OR before + first = 1 THEN before + last
                ELSE 0 END
            FROM numbered CROSS JOIN run
            ON CONFLICT (room_id, member_id) DO UPDATE
            SET read_number = (
                SELECT before + last FROM numbered CROSS JOIN run
                WHERE sender_id = excluded.member_id
            )
            WHERE mine.read_number = (
                SELECT before + first - 1 FROM numbered CROSS JOIN run
                WHERE sender_id = excluded.member_id
            )
        ), added AS (
            INSERT INTO chat_message
                (room_id, number, sender_id, text, client_id, sent_at)
            SELECT numbered.id, before + step, sender_id, text, client_id, sent_at
            FROM numbered CROSS JOIN fresh ORDER BY step
            RETURNING id, number, sent_at
        )
        SELECT coalesce(stored_id, added.id), stored_id IS NULL,
            coalesce(stored_number, added.number), coalesce(stored_text, draft.text),
            coalesce(stored_at, added.sent_at), hidden_at
        FROM draft LEFT JOIN fresh USING (place) LEFT JOIN numbered ON true
        LEFT JOIN added ON added.number = before + step
        ORDER BY place
        """,
        viewers=Param[_Batch](lambda batch: batch.viewers),
        room=open_room_to_each("id"),
        senders=Param[_Batch](lambda batch: batch.senders),
        are_alive=Param[_Batch](lambda batch: batch.are_alive),
        texts=Param[_Batch](lambda batch: batch.texts),
        client_ids=Param[_Batch](lambda batch: batch.client_ids),
        room_id=Param[_Batch](lambda batch: batch.room_id),
    )
