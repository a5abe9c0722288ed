"""One mailbox is one account, however its e-mail is spelt: contract, section 1."""

import logging

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from matchmaker.models import Member
from project.lib.emails import checked_email, deliverable, email_identity
from tests.factories import MemberFactory

RF = "ivan@xn--e1afmkfd.xn--p1ai"

# What the three of a line have in common: the identity, and two ways to write it.
SAME = [
    ("ann@example.com", "Ann@Example.COM", " ANN@EXAMPLE.COM "),
    (RF, "ivan@пример.рф", "IVAN@XN--E1AFMKFD.XN--P1AI"),
    ("ivan@xn--h1alffa9f.xn--p1ai", "ivan@россия.рф", "Ivan@РОССИЯ.рф"),
    ("bo@firm.example", "bo@ﬁrm.example", "bo@ｆｉｒｍ．ｅｘａｍｐｌｅ"),
    ("bo@firm.example", "bo@fi\xadrm.example", "bo@firm。example"),
    ("jo@xn--caf-dma.example", "jo@café.example", "jo@cafe\u0301.example"),
    ("bo@xn--strae-oqa.example", "bo@straße.example", "bo@STRAẞE.example"),
    ("bo@krk.example", "BO@KRK.example", "bo@\u212ark.example"),
    ("kay@example.com", "\u212aay@example.com", "KAY@example.com"),
    ("ann@example.com", '"ann"@example.com', '"a\\nn"@example.com'),
    ('"a n"@example.com', '"A N"@example.com', '"\\a\\ n"@example.com'),
    # Refused by IDNA: in small letters only.
    ("a@ab--cd.example", "A@AB--CD.example", "a@ab--cd.EXAMPLE"),
    ("a@[127.0.0.1]", "A@[127.0.0.1]", "a@[127.0.0.1]"),
    ("a@localhost", "A@LocalHost", "a@localhost"),
    ("nobody", "Nobody", "NOBODY"),
]
# Two mailboxes each, which one folding or another takes for one.
DIFFERENT = [
    ("bo@straße.example", "bo@strasse.example"),
    ("mike@gıthub.example", "mike@github.example"),
    ("mıke@github.example", "mike@github.example"),
    ("ann@example.com", "ann@exаmple.com"),  # a Cyrillic а
    ("ann@example.com", "ann@example.com."),
    ("ann.lee@example.com", "annlee@example.com"),
    ("a@❤.example", "a@xn--qei.example"),
]


@pytest.mark.parametrize(("identity", "one", "other"), SAME)
def test_one_mailbox_has_one_identity(identity, one, other):
    assert email_identity(one) == email_identity(other) == identity
    assert email_identity(identity) == identity


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_two_mailboxes_have_two(one, other):
    assert email_identity(one) != email_identity(other)


def test_identity_of_an_identity_is_itself_for_every_character():
    for code in {*range(0x3100), *range(0xA640, 0xAC00), *range(0xF900, 0x1F000, 7)}:
        if 0xD800 <= code < 0xE000:
            continue
        for text in (f"a{chr(code)}b@x{chr(code)}y.example", f"{chr(code)}@A--B.ru"):
            identity = email_identity(text)
            assert email_identity(identity) == identity, ascii(text)


def test_long_texts_are_nobodys_and_cost_nothing():
    """Composing the accents of one letter takes time with their square."""
    text = "a" + "\u0301\u0323" * 1_000_000 + "@example.com"

    assert email_identity(text) == text


@pytest.mark.parametrize(
    "email",
    [
        "a@foo_bar.example", "a@ab--cd.example", "a@[127.0.0.1]", "a@xn--qei.example",
        "a@❤.example", "a@example", "a@-x.example", "a@example.com.", "a@", "@x.ru",
        "nobody", "a b@example.com", "иван@example.com", "mıke@example.com",
        "a@" + "b" * 64 + ".example", "a" * 243 + "@example.com",
        # 254 as it is typed, longer as it is sent.
        "a" * 200 + "@" + "ы" * 48 + ".com", "a" + "\u0301" * 9_999 + "@example.com",
    ],
)  # fmt: skip
def test_new_account_needs_an_email_that_mail_reaches(email):
    with pytest.raises(ValidationError):
        checked_email(email)


def test_email_is_kept_as_typed_and_sent_in_a_labels():
    assert checked_email(" Ivan@Пример.рф ") == "Ivan@Пример.рф"
    assert checked_email("jo@cafe\u0301.example") == "jo@café.example"
    assert checked_email("a@localhost") == "a@localhost"
    assert deliverable("Ivan@Пример.рф") == "Ivan@xn--e1afmkfd.xn--p1ai"
    assert deliverable("bo@straße.example") == "bo@xn--strae-oqa.example"
    assert deliverable("a@[127.0.0.1]") == "a@[127.0.0.1]"


def test_every_way_to_write_a_row_writes_the_identity(db):
    email, changed = "Ivan@Пример.рф", "ivan@Россия.рф"
    made = Member.objects.create(email=email)
    assert made.email_identity == RF
    assert Member.objects.get(email_identity=email) == made

    made.email = changed
    made.save(update_fields=["email"])
    made.refresh_from_db()
    assert made.email_identity == email_identity(changed)

    (bulk,) = Member.objects.bulk_create([Member(email=email)])
    user = Member.objects.create_user("Bo@Straße.example")
    assert (bulk.email_identity, user.email_identity) == (
        RF,
        "bo@xn--strae-oqa.example",
    )
    assert MemberFactory(email=None, phone_number="+79991234567").email_identity is None
    for typed in ("ivan@пример.рф", RF.upper()):
        assert Member.objects.get_by_natural_key(typed) == bulk
        assert Member.objects.get(email_identity__in=["x@y.z", typed]) == bulk


def test_email_that_is_changed_alone_is_refused_by_the_database(ann):
    for change in (
        {"email": "other@example.com"},
        {"email_identity": "other@example.com"},
        {"email_identity": None},
        {"email": None, "phone_number": "+79991234567"},
    ):
        with (
            pytest.raises(IntegrityError, match="member_email_identity_true"),
            transaction.atomic(),
        ):
            Member.objects.filter(pk=ann.pk).update(**change)
    for spelling in ("ivan@пример.рф", RF):
        ann.email = spelling
        ann.save()
    with (
        pytest.raises(IntegrityError, match="member_email_identity_unique"),
        transaction.atomic(),
    ):
        MemberFactory(email="Ivan@ПРИМЕР.рф")


ADD_OLD = """
INSERT INTO matchmaker_member (
    password, is_superuser, email, phone_number, first_name, last_name, gender,
    looking_for, avatar, language, is_active, is_staff, date_joined, token_version)
VALUES ('', false, %s, %s, '', '', '', 'any', '', 'en', true, false,
        now() - %s * interval '1 day', 0)
RETURNING id
"""


def add_old(email: str | None, *, days: int = 0, phone: str | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(ADD_OLD, [email, phone, days])
        return cursor.fetchone()[0]


def identities() -> dict[int, str | None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, email_identity FROM matchmaker_member")
        return dict(cursor.fetchall())


@pytest.fixture
def before(transactional_db):
    """The database before the migration; apps above go back with it, and come forth."""
    call_command("migrate", "matchmaker", "0010", verbosity=0)
    yield
    Member.objects.all()._raw_delete("default")
    call_command("migrate", verbosity=0)


def test_old_rows_get_their_identities(before):
    old = {
        add_old("Ann@Example.com"): "ann@example.com",
        add_old("Ivan@Пример.рф"): RF,
        add_old("bo@straße.example"): "bo@xn--strae-oqa.example",
        add_old("bo@strasse.example"): "bo@strasse.example",
        add_old("A@Foo_Bar.example"): "a@foo_bar.example",
        add_old("A@❤.Example"): "a@❤.example",
        add_old('"ann"@other.example'): "ann@other.example",
        add_old(None, phone="+79991234567"): None,
    }

    call_command("migrate", "matchmaker", "0011", verbosity=0)

    assert identities() == old


def test_two_accounts_of_one_mailbox_stop_the_migration(before):
    later = add_old("ivan@пример.рф", days=1)
    first = add_old(RF, days=2)
    ann, ann_too = add_old("ann@firm.example", days=9), add_old("ann@ﬁrm.example")
    add_old("bo@firm.example")

    with pytest.raises(CommandError) as stopped:
        call_command("migrate", "matchmaker", "0011", verbosity=0)

    named = f"#{ann} and #{ann_too}", f"#{first} and #{later}"
    assert all(pair in str(stopped.value) for pair in named)
    assert "KEEP_SECOND_ACCOUNTS=on" in str(stopped.value)
    with connection.cursor() as cursor:  # nothing was changed
        columns = connection.introspection.get_table_description(
            cursor, "matchmaker_member"
        )
    assert "email_identity" not in {column.name for column in columns}


def test_second_account_is_kept_and_told_when_asked_for(before, settings, caplog):
    settings.KEEP_SECOND_ACCOUNTS = True
    later = add_old(RF.upper(), days=1)
    first = add_old("ivan@пример.рф", days=2)

    with caplog.at_level(logging.WARNING):
        call_command("migrate", "matchmaker", "0011", verbosity=0)

    assert identities() == {first: RF, later: f"{RF}#{later}"}
    assert f"Member {later} has the mailbox of member {first}" in caplog.text
    call_command("migrate", verbosity=0)
    for typed, pk in (
        ("Ivan@Пример.рф", first),
        (RF, first),
        (f"{RF.upper()}#{later}", later),
    ):
        assert Member.objects.get_by_natural_key(typed).pk == pk
