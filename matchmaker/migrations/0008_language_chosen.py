"""A member may have chosen no language.

Until now a member without Accept-Language was stored as English. Those rows cannot be
told from the members who chose English, so all rows keep what they have.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("matchmaker", "0007_text_constraints")]

    operations = [
        migrations.AlterField(
            "member",
            "language",
            models.CharField(
                verbose_name="language",
                max_length=2,
                choices=[("en", "English"), ("ru", "Russian")],
                null=True,
                blank=True,
                help_text="Empty if the member has chosen none; mails are in MAIL_LANGUAGE.",
            ),
        ),
        migrations.AddConstraint(
            "member",
            models.CheckConstraint(
                condition=models.Q(language=None) | models.Q(language__in=["en", "ru"]),
                name="member_language_known",
            ),
        ),
    ]
