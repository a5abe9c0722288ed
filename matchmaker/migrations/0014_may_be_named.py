"""A member may refuse to be named in the organizations of others."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("matchmaker", "0013_token_families"),
    ]

    operations = [
        migrations.AddField(
            model_name="member",
            name="may_be_named",
            field=models.BooleanField(
                db_default=True,
                default=True,
                verbose_name="may be named in organizations",
            ),
        ),
    ]
