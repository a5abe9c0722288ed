"""Names and reports in which nothing can be seen are refused by the database."""

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
        ("matchmaker", "0006_clean_texts"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="member",
            constraint=CheckConstraint(
                condition=is_visible("first_name", or_empty=True)
                & is_visible("last_name", or_empty=True),
                name="member_names_visible",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=CheckConstraint(
                condition=is_visible("text", or_empty=True),
                name="report_text_visible",
            ),
        ),
    ]
