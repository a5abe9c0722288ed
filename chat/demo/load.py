"""Make the demo members talk: in the lobby, in pairs, at events, in organizations."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from random import Random

from django.utils import timezone

from chat.demo.texts import AT_EVENTS, LOBBY, MATCH, TALKS
from chat.models import Kind, Message, Participant, Room
from events.models import Attendance, Membership
from matchmaker.demo.other_apps import Load
from matchmaker.demo.people import MATCHED, NEIGHBOURS, SIGN_INS, email_of
from matchmaker.models import Language, Match, Member

FRIENDS_A_SIGN_IN = 4
ROOMS_A_KIND = 30
MINUTES_A_LINE = 7
HOURS_AGO_MAX = 100

# Active demo members, by the number of the demo.
People = Mapping[int, Member]


def load_conversations(load: Load) -> dict[str, int]:
    """Fill rooms that have no messages; return how many messages were added."""
    rng = Random(f"chat {load.seed}")  # noqa: S311 - repeatable, not secret
    numbers = {email_of(n): n for n in range(1, NEIGHBOURS + 1)}
    found = Member.objects.filter(email_identity__in=numbers, is_active=True)
    by_number = {numbers[member.email_identity or ""]: member for member in found}
    people = {n: by_number[n] for n in sorted(by_number)}
    talks = [
        *_in_the_lobby(people, rng),
        *_of_the_match(people),
        *_in_private(people, rng),
        *_in_groups(people),
    ]
    said = 0
    for room, speakers, lines in talks:
        said += _say(room, speakers, lines, hours_ago=rng.randint(1, HOURS_AGO_MAX))
    return {"messages": said}


# A room, its speakers in turn, and what they say.
Talk = tuple[Room, Sequence[Member], Sequence[str]]


def _in_the_lobby(people: People, rng: Random) -> Iterator[Talk]:
    by_language = {
        language: [m for m in people.values() if m.language == language]
        for language in Language
    }
    speakers: list[Member] = []
    lines: list[str] = []
    for language, text in LOBBY:
        others = [m for m in by_language[language] if m not in speakers[-1:]]
        if others:
            speakers.append(rng.choice(others))
            lines.append(text)
    yield Room.objects.get(kind=Kind.LOBBY), speakers, lines


def _of_the_match(people: People) -> Iterator[Talk]:
    speakers = [people[n] for n in MATCHED if n in people]
    matched = Match.objects.filter(
        first_member__in=speakers, second_member__in=speakers
    )
    if matched.exists():
        yield _direct_room(*speakers), speakers, MATCH


def _in_private(people: People, rng: Random) -> Iterator[Talk]:
    """Yield talks between the demo sign-ins and members of their organizations."""
    for number in range(1, SIGN_INS + 1):
        if number not in people:
            continue
        me = people[number]
        confirmed = Membership.objects.filter(confirmed_at__isnull=False)
        mine = confirmed.filter(member=me).values("organization")
        theirs = confirmed.filter(organization__in=mine).exclude(member=me)
        colleagues = Member.objects.filter(
            pk__in=theirs.values("member"), is_active=True
        )
        known = set(colleagues.values_list("pk", flat=True))
        others = [m for m in people.values() if m.pk in known]
        for other in rng.sample(others, min(len(others), FRIENDS_A_SIGN_IN)):
            speakers = rng.sample([me, other], 2)
            lines = rng.choice(TALKS[_common_language(speakers)])
            yield _direct_room(me, other), speakers, lines


def _direct_room(one: Member, other: Member) -> Room:
    low, high = sorted((one.pk, other.pk))
    room, _is_new = Room.objects.get_or_create(
        low_member_id=low, high_member_id=high, defaults={"kind": Kind.DIRECT}
    )
    return room


def _in_groups(people: People) -> Iterator[Talk]:
    by_pk = {member.pk: member for member in people.values()}
    confirmed = Membership.objects.exclude(confirmed_at=None)
    for kind, rows, of in (
        (Kind.EVENT, Attendance.objects.filter(is_waiting=False), "event"),
        (Kind.ORGANIZATION, confirmed, "organization"),
    ):
        rooms = Room.objects.filter(kind=kind).order_by("pk")[:ROOMS_A_KIND]
        for room in rooms:
            there = rows.filter(**{of: getattr(room, f"{of}_id")}).order_by("pk")
            pks = there.values_list("member", flat=True)
            speakers = [by_pk[pk] for pk in pks if pk in by_pk]
            if len(speakers) > 1:
                yield room, speakers, AT_EVENTS[_common_language(speakers)]


def _common_language(members: Sequence[Member]) -> Language:
    languages = {Language(member.mail_language) for member in members}
    return languages.pop() if len(languages) == 1 else Language.ENGLISH


def _say(
    room: Room, speakers: Sequence[Member], lines: Sequence[str], *, hours_ago: int
) -> int:
    """Add messages; each member has read the room up to their own last one."""
    silent = Room.objects.filter(pk=room.pk, last_number=0)
    if not lines or not silent.update(last_number=len(lines)):
        return 0
    begun_at = timezone.now() - timedelta(hours=hours_ago + 2)
    turns = [speakers[i % len(speakers)] for i in range(len(lines))]
    Message.objects.bulk_create(
        Message(
            room=room,
            number=number,
            sender=sender,
            text=text,
            sent_at=begun_at + timedelta(minutes=MINUTES_A_LINE * number),
        )
        for number, (sender, text) in enumerate(zip(turns, lines, strict=True), 1)
    )
    read = {sender.pk: number for number, sender in enumerate(turns, 1)}
    Participant.objects.bulk_create(
        [
            Participant(room=room, member_id=pk, read_number=number)
            for pk, number in read.items()
        ],
        ignore_conflicts=True,
    )
    return len(lines)
