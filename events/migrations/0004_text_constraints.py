"""Titles in which nothing can be seen are refused by the database."""

from django.db import migrations
from django.db.models import CheckConstraint, Q

# What can be seen, as project/lib/text.py had it.
VISIBLE = (
    r"[^\u0001-\u0020\u007f-\u00a0\u00ad\u0300-\u036f\u0483-\u0489\u061c\u115f\u1160"
    r"\u1680\u17b4\u17b5\u180b-\u180f\u1ab0-\u1aff\u1dc0-\u1dff\u2000-\u200f"
    r"\u2028-\u202f\u205f-\u206f\u20d0-\u20ff\u2800\u3000\u3164\ufe00-\ufe0f"
    r"\ufe20-\ufe2f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d159"
    r"\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def is_visible(column, or_empty=False):
    visible = Q(**{f"{column}__regex": VISIBLE})
    return visible | Q(**{column: ""}) if or_empty else visible


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0003_clean_texts"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="event", name="event_title_not_empty"),
        migrations.RemoveConstraint(
            model_name="organization", name="organization_title_not_empty"
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=CheckConstraint(
                condition=is_visible("title"), name="event_title_visible"
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=CheckConstraint(
                condition=is_visible("description", or_empty=True),
                name="event_description_visible",
            ),
        ),
        migrations.AddConstraint(
            model_name="organization",
            constraint=CheckConstraint(
                condition=is_visible("title"), name="organization_title_visible"
            ),
        ),
        migrations.AddConstraint(
            model_name="organization",
            constraint=CheckConstraint(
                condition=is_visible("description", or_empty=True)
                & is_visible("postcode", or_empty=True)
                & is_visible("address", or_empty=True),
                name="organization_texts_visible",
            ),
        ),
    ]
