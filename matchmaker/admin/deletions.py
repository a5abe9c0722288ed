"""What goes with rows that are deleted."""

from typing import Any

from django.contrib import admin
from django.db.models import CASCADE, ManyToOneRel, Model, Q
from django.http import HttpRequest


class CountedDeletionAdmin(admin.ModelAdmin):
    """The page before a deletion counts what goes too, which may be too much to list.

    The rights to delete that are not asked for: who may delete a row, may.
    """

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        about: dict[type[Model], Q] = {}
        for relation in self.opts.get_fields(include_hidden=True):
            if isinstance(relation, ManyToOneRel) and relation.on_delete is CASCADE:
                other = relation.related_model
                if not other._meta.auto_created:  # what lies beyond stays
                    concerned = Q(**{f"{relation.field.name}__in": objs})
                    about[other] = about.get(other, Q()) | concerned
        counts = {str(self.opts.verbose_name_plural): len(objs)}
        for model, concerned in about.items():
            if number := model._base_manager.filter(concerned).count():
                counts[str(model._meta.verbose_name_plural)] = number
        return [str(row) for row in objs], counts, set(), []
