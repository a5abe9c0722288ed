"""A member knows since when it is its owner's, who took it back by its e-mail."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("matchmaker", "0017_sql_rules"),
    ]

    operations = [
        migrations.AddField(
            model_name="member",
            name="reclaimed_at",
            field=models.DateTimeField(
                editable=False, null=True, verbose_name="taken back"
            ),
        ),
    ]
