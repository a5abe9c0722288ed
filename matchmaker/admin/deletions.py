"""Admin deletions, with counts of the rows that are deleted too."""

from typing import Any

from django.contrib import admin
from django.db.models import CASCADE, ManyToOneRel, Model, Q
from django.http import HttpRequest


class CountedDeletionAdmin(admin.ModelAdmin):
    """Counts the related rows on the page before a deletion, instead of listing them.

    Their own delete permissions are not needed: the permission for the row is enough.
    """

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        about: dict[type[Model], Q] = {}
        for relation in self.opts.get_fields(include_hidden=True):
            if isinstance(relation, ManyToOneRel) and relation.on_delete is CASCADE:
                other = relation.related_model
                if not other._meta.auto_created:  # what follows is kept
                    concerned = Q(**{f"{relation.field.name}__in": objs})
                    about[other] = about.get(other, Q()) | concerned
        counts = {str(self.opts.verbose_name_plural): len(objs)}
        for model, concerned in about.items():
            if number := model._base_manager.filter(concerned).count():
                counts[str(model._meta.verbose_name_plural)] = number
        return [str(row) for row in objs], counts, set(), []
