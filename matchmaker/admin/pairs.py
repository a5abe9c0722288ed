"""The admin of likes, matches, passes and blocks: view them, and undo on request."""

from contextlib import suppress
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from matchmaker import services
from matchmaker.admin.display import linked
from matchmaker.admin.readonly import OfTwoAdmin
from matchmaker.models import Block, Like, Match, Pass
from matchmaker.querysets import match_between
from project.lib.errors import DomainError


class PairAdmin(OfTwoAdmin):
    """An admin of pairs in which deleting a row calls a service."""

    list_display_links = ("created_at",)
    list_filter = ("created_at",)

    def take_back(self, row: Any) -> None:
        row.delete()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        with suppress(DomainError):  # it is already gone, with one of its members
            self.take_back(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            self.delete_model(request, row)


@admin.register(Like)
class LikeAdmin(PairAdmin):
    list_display = ("liked_by", "liked", "is_mutual", "created_at")
    liked_by = linked("from_member", _("liked by"))
    liked = linked("to_member", _("liked member"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Like]:
        match = match_between(OuterRef("from_member"), OuterRef("to_member"))
        likes: QuerySet[Like] = super().get_queryset(request)
        return likes.annotate(mutual=Exists(Match.objects.filter(match)))

    @admin.display(description=_("mutual"), boolean=True)
    def is_mutual(self, like: Any) -> bool:
        return like.mutual

    def take_back(self, row: Like) -> None:
        services.end_like(row)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Count the matches too: Django does not know that the database ties them."""
        shown, counts, *rest = super().get_deleted_objects(objs, request)
        pairs = {
            frozenset((x.from_member_id, x.to_member_id)) for x in objs if x.mutual
        }
        if pairs:
            counts = {**counts, str(Match._meta.verbose_name_plural): len(pairs)}
        return shown, counts, *rest


@admin.register(Match)
class MatchAdmin(PairAdmin):
    sides = ("first_member", "second_member")
    list_display = ("one", "other", "created_at")
    one = linked("first_member", _("one member"))
    other = linked("second_member", _("other member"))

    def take_back(self, row: Match) -> None:
        services.end_match(row)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Count the likes too: a match cannot be without them."""
        shown, counts, *rest = super().get_deleted_objects(objs, request)
        likes = {str(Like._meta.verbose_name_plural): 2 * len(objs)}
        return shown, {**counts, **likes}, *rest


@admin.register(Pass)
class PassAdmin(PairAdmin):
    list_display = ("passed_by", "passed", "created_at")
    passed_by = linked("from_member", _("passed by"))
    passed = linked("to_member", _("passed member"))


@admin.register(Block)
class BlockAdmin(PairAdmin):
    list_display = ("blocked_by", "blocked", "created_at")
    blocked_by = linked("from_member", _("blocked by"))
    blocked = linked("to_member", _("blocked member"))

    def take_back(self, row: Block) -> None:
        services.unblock_member(row.from_member, row.to_member_id)
