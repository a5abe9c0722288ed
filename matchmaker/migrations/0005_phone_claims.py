"""A phone number is claimed until a one-time code proves it."""

from django.db import migrations, models

# Until here a telephone of a sign-up by e-mail signed in, whether its owner had ever
# seen a code or not, and nothing tells the two apart. Who has no e-mail came by a code.
CLAIM = """
UPDATE matchmaker_member
SET claimed_phone = phone_number, phone_number = NULL
WHERE phone_number IS NOT NULL AND email IS NOT NULL
"""

# Of several who claim one number the first keeps it, unless somebody has proven it.
UNCLAIM = """
UPDATE matchmaker_member AS member
SET phone_number = claimed_phone, claimed_phone = NULL
WHERE claimed_phone IS NOT NULL
AND NOT EXISTS (
    SELECT FROM matchmaker_member AS other
    WHERE other.phone_number = member.claimed_phone
    OR (other.claimed_phone = member.claimed_phone AND other.id < member.id)
)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("matchmaker", "0004_unread_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="member",
            name="claimed_phone",
            field=models.CharField(
                blank=True,
                help_text="In E.164 format, not proven; not used to sign in.",
                max_length=16,
                null=True,
                verbose_name="claimed phone number",
            ),
        ),
        migrations.AlterField(
            model_name="member",
            name="phone_number",
            field=models.CharField(
                blank=True,
                help_text="In E.164 format, proven by a code; used to sign in.",
                max_length=16,
                null=True,
                verbose_name="phone number",
            ),
        ),
        migrations.RunSQL(CLAIM, UNCLAIM),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(
                condition=models.Q(claimed_phone__isnull=False),
                fields=["claimed_phone"],
                name="member_claimed_phone",
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("claimed_phone", ""), _negated=True),
                    models.Q(
                        ("claimed_phone__isnull", True),
                        ("phone_number__isnull", True),
                        _connector="OR",
                    ),
                ),
                name="member_phone_claimed_or_proven",
            ),
        ),
    ]
