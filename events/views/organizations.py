"""Views of organizations."""

from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.response import Response

from events import errors, serializers, services
from events.reads.answers import OrganizationAnswer, OrganizationFeature
from events.reads.organizations import ORGANIZATIONS, read_organization
from events.views.bodies import names
from matchmaker.authentication import MemberRequest
from project.lib.api.bodies import validated
from project.lib.api.openapi import describe, describe_list
from project.lib.api.renderers import Written
from project.lib.api.throttles import throttled
from project.lib.api.views import ViewSet
from project.lib.reads.pages import wants_geojson


class OrganizationViewSet(ViewSet):
    tag = "organizations"

    @describe_list(_("List organizations."), ORGANIZATIONS)
    def list(self, request: MemberRequest) -> HttpResponseBase:
        return ORGANIZATIONS.respond(request)

    @throttled("organization")
    @throttled("name", times=names)
    @describe(
        _("Create an organization."),
        {201: OrganizationAnswer},
        body=serializers.NewOrganization,
        geojson=OrganizationFeature,
    )
    def create(self, request: MemberRequest) -> Response:
        given = validated(serializers.NewOrganization, request)
        organization = services.create_organization(request.user, **given)
        return _shown(request, organization.pk, status.HTTP_201_CREATED)

    @describe(
        _("Read an organization."),
        {200: OrganizationAnswer},
        errors=[404],
        geojson=OrganizationFeature,
    )
    def retrieve(self, request: MemberRequest, pk: str) -> Response:
        return _shown(request, int(pk))

    @describe(
        _("Change an organization, as its owner or staff."),
        {200: OrganizationAnswer},
        body=serializers.OrganizationChanges,
        errors=[403, 404],
        geojson=OrganizationFeature,
    )
    def partial_update(self, request: MemberRequest, pk: str) -> Response:
        changes = validated(
            serializers.OrganizationChanges,
            request,
            shown=lambda: read_organization(request, int(pk), as_geojson=False),
        )
        services.change_organization(request.user, int(pk), **changes)
        return _shown(request, int(pk))

    @describe(
        _("Delete an organization, as its owner or staff."),
        {204: _("Deleted")},
        errors=[403, 404],
    )
    def destroy(self, request: MemberRequest, pk: str) -> Response:
        services.delete_organization(request.user, int(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @throttled("organization")
    @throttled("name", times=names)
    @describe(
        _("Name a member, change their role, or confirm your own membership."),
        {200: OrganizationAnswer},
        body=serializers.NewMembership,
        errors=[403, 404, 409],
        geojson=OrganizationFeature,
    )
    def add_member(self, request: MemberRequest, pk: str) -> Response:
        if not serializers.names_oneself(request):
            services.require_may_name(request.user, int(pk))
        given = validated(serializers.NewMembership, request)
        services.add_member(request.user, int(pk), **given)
        return _shown(request, int(pk))

    @describe(
        _("Remove an organization member, or leave the organization."),
        {204: _("Not an organization member")},
        body=serializers.FormerMembership,
        errors=[403, 404, 409],
    )
    def remove_member(self, request: MemberRequest, pk: str) -> Response:
        named = validated(serializers.FormerMembership, request)["user"]
        services.remove_member(
            request.user, int(pk), user_id=named.get("id"), email=named.get("email")
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


def _shown(
    request: MemberRequest, organization_id: int, status_code: int = status.HTTP_200_OK
) -> Response:
    text = read_organization(
        request, organization_id, as_geojson=wants_geojson(request)
    )
    if text is None:
        raise errors.Unknown
    return Response(Written(text), status_code)
