"""One mailbox, one account: the identity of each e-mail is stored, and unique.

Until here e-mails were unique in PostgreSQL's upper case, so two accounts could have
one mailbox: `ivan@пример.рф` and `ivan@xn--e1afmkfd.xn--p1ai`. Nothing tells whose it
is, so neither is merged into the other, deleted or shut out by guessing: the migration
stops, changes nothing and names them by their ids. Staff of the version before, which
goes on, gives one of the two another e-mail or deletes it.

With KEEP_SECOND_ACCOUNTS=on it goes through: the account that was there first has the
mailbox. A second one, #57, keeps its e-mail for staff to see and all else that it has;
it signs in with `#57` behind the identity (`ivan@xn--e1afmkfd.xn--p1ai#57`) and its own
password, until it gets an e-mail of its own. The log names them, so that staff tells
them. A domain that IDNA refuses stays as it is, in small letters.

Going back fails where two accounts since then are one in upper case; then nothing is
changed.
"""

import logging

from django.conf import settings
from django.core.management import CommandError
from django.db import migrations, models
from django.db.models.functions import Cast, Collate, Concat, Lower

from project.lib.email_fields import EmailIdentityField, EmailModelField
from project.lib.emails import email_identity

logger = logging.getLogger(__name__)

# Without quotes and beyond: small letters are all that there is to their identity.
PLAIN = "^[!#-~]+$"

NAMED_AT_MOST = 100

SHARED = """
SELECT array_agg(id ORDER BY date_joined, id) FROM matchmaker_member
WHERE email_identity IS NOT NULL
GROUP BY email_identity HAVING count(*) > 1
ORDER BY 1
"""


def identify(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(
            'UPDATE matchmaker_member SET email_identity = lower(email COLLATE "C")'
            " WHERE email ~ %s",
            [PLAIN],
        )
        cursor.execute(
            "SELECT id, email FROM matchmaker_member WHERE email !~ %s", [PLAIN]
        )
        for pk, email in cursor.fetchall():
            _give(cursor, pk, email_identity(email))
        cursor.execute(SHARED)
        shared = [ids for (ids,) in cursor.fetchall()]
        if shared and not settings.KEEP_SECOND_ACCOUNTS:
            raise CommandError(
                f"Members with one mailbox: {_listed(shared)}. Give each but one"
                " another e-mail, or delete it, in the admin of the version before; or"
                " set KEEP_SECOND_ACCOUNTS=on (README). Nothing was changed."
            )
        for first, *others in shared:
            for pk in others:
                cursor.execute(
                    "UPDATE matchmaker_member"
                    " SET email_identity = email_identity || '#' || id WHERE id = %s",
                    [pk],
                )
                logger.warning(
                    "Member %s has the mailbox of member %s: it signs in with #%s"
                    " behind its e-mail.", pk, first, pk,
                )  # fmt: skip


def _give(cursor, pk, identity):
    cursor.execute(
        "UPDATE matchmaker_member SET email_identity = %s WHERE id = %s", [identity, pk]
    )


def _listed(shared):
    named = ", ".join(
        " and ".join(f"#{pk}" for pk in ids) for ids in shared[:NAMED_AT_MOST]
    )
    left_out = len(shared) - NAMED_AT_MOST
    return f"{named}, and {left_out} mailboxes more" if left_out > 0 else named


def identity_is_of(email):
    """As project/lib/email_fields.py had it."""
    identity = f"{email}_identity"
    small = Lower(Collate(models.F(email), "C"))
    text = models.TextField()
    of_second = Concat(
        small, models.Value("#"), Cast(models.F("id"), text), output_field=text
    )
    is_true = models.Q(**{identity: small}) | models.Q(**{identity: of_second})
    there, gone = (
        models.Q(**{f"{email}__isnull": empty, f"{identity}__isnull": empty})
        for empty in (False, True)
    )
    return gone | (there & (~models.Q(**{f"{email}__regex": PLAIN}) | is_true))


class Migration(migrations.Migration):
    dependencies = [
        ("matchmaker", "0010_folded_names"),
    ]

    operations = [
        migrations.AddField(
            model_name="member",
            name="email_identity",
            field=EmailIdentityField(null=True, of="email"),
        ),
        migrations.AlterField(
            model_name="member",
            name="email",
            field=EmailModelField(
                blank=True, max_length=254, null=True, verbose_name="e-mail"
            ),
        ),
        migrations.RunPython(identify, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.UniqueConstraint(
                fields=["email_identity"], name="member_email_identity_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=identity_is_of("email"), name="member_email_identity_true"
            ),
        ),
        migrations.RemoveConstraint(model_name="member", name="member_email_unique"),
    ]
