"""Who was named by an e-mail that is not proven proves it before confirming."""

from django.db import migrations, models


def named_email() -> models.CharField:
    return models.CharField(
        editable=False,
        max_length=254,
        null=True,
        verbose_name="named by an unproven e-mail",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0011_naming_in_any_search_path"),
    ]

    operations = [
        migrations.AddField(
            model_name="membership", name="named_email", field=named_email()
        ),
        migrations.AddField(
            model_name="departure", name="named_email", field=named_email()
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_at", None), ("named_email", None), _connector="OR"
                ),
                name="membership_confirmed_by_owner_of_email",
            ),
        ),
    ]
