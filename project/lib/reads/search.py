"""Text search that ignores case and accents.

The SQL function `fold_text` (matchmaker/sql/folded_texts.sql) turns the text and the
search term into the same letters: upper case, Latin and Greek without accents, ё as е.
й stays й, because it is another letter than и. Only PostgreSQL folds, on both sides.
"""

from typing import Any

import django_filters
from django.contrib.postgres.indexes import GinIndex
from django.db.models import CharField, F, Func, GeneratedField, TextField, Transform
from django.db.models.expressions import Value
from django.db.models.lookups import Contains

from project.lib.text import LineField


@TextField.register_lookup
@CharField.register_lookup
class Folded(Transform):
    """The transform `text__folded`: a text's letters as searches compare them."""

    lookup_name = "folded"
    function = "fold_text"
    output_field = TextField()


@TextField.register_lookup
class Finds(Contains):
    """The lookup `title_folded__finds=term`: a folded text contains the folded term."""

    lookup_name = "finds"

    def get_prep_lookup(self) -> Any:
        is_expression = hasattr(self.rhs, "resolve_expression")
        return Func(
            self.rhs if is_expression else Value(self.rhs),
            function=Folded.function,
            output_field=TextField(),
        )

    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        pattern: str = connection.pattern_ops["contains"]
        return pattern.format(connection.pattern_esc).format(rhs)


def folded(column: str) -> GeneratedField:
    """Return a generated column with `column` folded, so that searches fold no rows."""
    return GeneratedField(
        expression=Folded(F(column)), output_field=TextField(), db_persist=True
    )


def trigrams(column: str, name: str) -> GinIndex:
    """Return the trigram index that finds parts of a folded text."""
    return GinIndex(fields=[column], opclasses=["gin_trgm_ops"], name=name)


class TextFilter(django_filters.CharFilter):
    """A filter by part of the text whose folded column is `field_name`."""

    field_class = LineField

    def __init__(self, field_name: str, **kwargs: Any) -> None:
        super().__init__(field_name=field_name, lookup_expr="finds", **kwargs)
