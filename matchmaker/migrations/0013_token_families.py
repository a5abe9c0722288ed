"""Sign-ins by JWT as families of tokens, in the place of simplejwt's blacklist.

A row for each sign-in, and not for each refresh; the tokens themselves are no longer
stored. Refresh tokens that could still be used found a family each, so nobody is signed
out; access tokens of before ask to be refreshed once.
"""

import uuid
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

OLD = "token_blacklist_outstandingtoken", "token_blacklist_blacklistedtoken"
MOVE = """
INSERT INTO matchmaker_tokenfamily
    (id, member_id, refresh_jti, created_at, refreshed_at, expires_at)
SELECT token.jti::uuid, token.user_id, token.jti, token.created_at, token.created_at,
    token.expires_at
FROM token_blacklist_outstandingtoken token
LEFT JOIN token_blacklist_blacklistedtoken used ON used.token_id = token.id
WHERE used.id IS NULL AND token.user_id IS NOT NULL AND token.expires_at > now();
DROP TABLE token_blacklist_blacklistedtoken, token_blacklist_outstandingtoken;
DELETE FROM django_migrations WHERE app = 'token_blacklist';
"""


def move(apps: Any, schema_editor: Any) -> None:
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        if {*OLD} <= {*connection.introspection.table_names(cursor)}:
            cursor.execute(MOVE)


class Migration(migrations.Migration):
    dependencies = [("matchmaker", "0012_proven_emails")]

    operations = [
        migrations.CreateModel(
            name="TokenFamily",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "refresh_jti",
                    models.CharField(
                        max_length=32, verbose_name="unused refresh token"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, verbose_name="created"),
                ),
                (
                    "refreshed_at",
                    models.DateTimeField(auto_now=True, verbose_name="refreshed"),
                ),
                ("expires_at", models.DateTimeField(verbose_name="expires")),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="token_families",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="member",
                    ),
                ),
            ],
            options={
                "verbose_name": "sign-in by JWT",
                "verbose_name_plural": "sign-ins by JWT",
                "indexes": [
                    models.Index(models.F("expires_at"), name="token_family_expires_at")
                ],
            },
        ),
        migrations.RunPython(move, migrations.RunPython.noop, elidable=True),
    ]
