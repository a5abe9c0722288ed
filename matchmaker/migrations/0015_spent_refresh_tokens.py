"""Sign-ins by JWT know which refresh token they exchanged last."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("matchmaker", "0014_may_be_named"),
    ]

    operations = [
        migrations.AddField(
            model_name="tokenfamily",
            name="spent_jti",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=32,
                verbose_name="used refresh token",
            ),
        ),
    ]
