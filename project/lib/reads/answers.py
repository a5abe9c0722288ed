"""Answers: what clients see of rows, declared once for JSON, GeoJSON and the schema.

An `Answer` is a serializer from which the schema is made. It never serializes: rows
never become Python objects, because PostgreSQL writes each one as JSON text.
"""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework_gis.fields import GeometryField

from project.lib.reads.geojson import MEDIA_TYPE, point_sql
from project.lib.reads.statements import Statement

Sql = str | Statement[Any]


class Answer(serializers.Serializer):
    """An answer whose fields are columns of a row, or SQL expressions of `sql`.

    `point`: the column of the GeoJSON feature's geometry, None for JSON-only answers.
    `place`: the JSON field of the same place, which features leave out. Columns are
    those of the row `p`, which are the queryset's `.values()`.
    """

    point: ClassVar[str | None] = None
    place: ClassVar[str | None] = None

    @classmethod
    def sql(cls, row: str) -> Mapping[str, Sql]:
        """Return SQL of the fields that are not simply a column of the same name."""
        return {}

    @classmethod
    def written(
        cls, row: str = "p", *, without: Collection[str] = ()
    ) -> Statement[Any]:
        """Return SQL that writes the row as a JSON object."""
        sql = cls.sql(row)
        pairs = [
            Statement.written(f"'{name}', {{value}}", value=as_statement(value))
            for name in cls._declared_fields
            if name not in without
            for value in [sql.get(name, f"{row}.{name}")]
        ]
        return Statement.written(
            "json_build_object({pairs})", pairs=Statement.joined(", ", pairs)
        )

    @classmethod
    def written_feature(cls, *, without: Collection[str] = ()) -> Statement[Any]:
        """Return SQL that writes the row `p` as a GeoJSON feature."""
        names = {"id", *([cls.place] if cls.place else []), *without}
        return Statement.written(
            "json_build_object('type', 'Feature', 'id', p.id, 'geometry', {geometry},"
            " 'properties', {properties})",
            geometry=Statement(point_sql(cls.point) if cls.point else "NULL"),
            properties=cls.written(without=names),
        )


def one_statement(
    queryset: QuerySet[Any],
    answer: type[Answer],
    as_geojson: bool,
    *,
    without: Collection[str] = (),
) -> Statement[Any]:
    """Compile a statement that reads a queryset's only row as JSON text."""
    write = answer.written_feature if as_geojson else answer.written
    return Statement.written(
        "SELECT {answer}::text FROM ({row}) p",
        answer=write(without=without),
        row=Statement.of(queryset),
    )


def as_statement(sql: Sql) -> Statement[Any]:
    return Statement(sql) if isinstance(sql, str) else sql


class AllShown:
    """Mixin for answering model serializers, in which all fields are present."""

    def get_fields(self) -> dict[str, serializers.Field]:
        fields: dict[str, serializers.Field] = super().get_fields()  # type: ignore[misc]
        for field in fields.values():
            field.required = True
        return fields


class OffsetEnvelope(serializers.Serializer):
    """The envelope of an offset list's page, in JSON and in GeoJSON."""

    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class KeysetEnvelope(OffsetEnvelope):
    """The envelope of a keyset list's page, in JSON and in GeoJSON."""

    count = serializers.IntegerField(help_text=_("Exact up to 1,000"))
    count_capped = serializers.BooleanField(
        help_text=_("There are more rows than count")
    )


class PageLink(serializers.Serializer):
    """A link of a GeoJSON page, as OGC API writes it."""

    rel = serializers.ChoiceField(["self", "next", "prev"])
    href = serializers.URLField()
    type = serializers.ChoiceField([MEDIA_TYPE])


# One class each, however many lists use it, because the schema knows them by name.
@cache
def page_of(
    answer: type[serializers.Serializer], envelope: type[OffsetEnvelope]
) -> type[serializers.Serializer]:
    """Return a serializer of a page of such objects, `{name}Page`."""
    return type(f"{_name(answer)}Page", (envelope,), {"results": answer(many=True)})


@cache
def collection_of(
    answer: type[Answer], envelope: type[OffsetEnvelope]
) -> type[serializers.Serializer]:
    """Return a serializer of a page as GeoJSON, `{name}FeatureCollection`."""
    fields = {
        "type": serializers.ChoiceField(["FeatureCollection"]),
        "links": PageLink(
            many=True, help_text=_("To this page and its neighbours, as in OGC API")
        ),
        "features": feature_of(answer, answer.place)(many=True),
    }
    return type(f"{_name(answer)}FeatureCollection", (envelope,), fields)


@cache
def feature_of(
    answer: type[serializers.Serializer], place: str | None = None
) -> type[serializers.Serializer]:
    """Return a serializer of the object as a GeoJSON feature, `{name}Feature`.

    `place`: the field that is not among the feature's properties.
    """
    meta, name = getattr(answer, "Meta", object), _name(answer)

    class Properties(answer):  # type: ignore[misc, valid-type]
        class Meta(meta):  # type: ignore[misc, valid-type]
            ref_name = f"{name}Properties"

        def get_fields(self) -> dict[str, serializers.Field]:
            fields = super().get_fields().items()
            return {k: field for k, field in fields if k not in ("id", place)}

    class Feature(serializers.Serializer):
        class Meta:
            ref_name = f"{name}Feature"

        type = serializers.ChoiceField(["Feature"])
        id = serializers.IntegerField()
        geometry = GeometryField(allow_null=True)
        properties = Properties()

    return Feature


def _name(answer: type[serializers.Serializer]) -> str:
    return getattr(getattr(answer, "Meta", None), "ref_name", answer.__name__)
