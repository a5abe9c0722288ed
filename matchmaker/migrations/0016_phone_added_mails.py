"""Members are told by mail of a phone number that was added to their account."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("matchmaker", "0015_spent_refresh_tokens"),
    ]

    operations = [
        migrations.AlterField(
            model_name="accountmail",
            name="kind",
            field=models.CharField(
                choices=[
                    ("phone_added", "the account has a new phone number"),
                    ("phone_lost", "another member has proven the phone number"),
                    ("password_forgotten", "link for a new password"),
                    ("email_proof", "link that proves the e-mail"),
                    ("new_email_proof", "link that proves a new e-mail"),
                    ("email_change_asked", "another e-mail is to be proven"),
                    ("email_changed", "the account has another e-mail"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.RemoveConstraint(
            model_name="accountmail", name="account_mail_names_phone"
        ),
        migrations.AddConstraint(
            model_name="accountmail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["phone_added", "phone_lost"]), _negated=True
                )
                | models.Q(("phone_number", ""), _negated=True),
                name="account_mail_names_phone",
            ),
        ),
    ]
