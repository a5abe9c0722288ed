"""The same list in the stock way of djangorestframework-gis; and two bytes of Django.

The same members under the same rule, the same fields, nearest first, 50 a page. As a
practised user of these packages writes it: the radius is asked of the index, and
what a row needs is annotated, so that a page is three statements (token, count,
rows) and not one a row.
"""

from typing import Any

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.measure import D
from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework.generics import ListAPIView
from rest_framework.pagination import PageNumberPagination
from rest_framework.serializers import BooleanField, SerializerMethodField
from rest_framework_gis.fields import GeometryField
from rest_framework_gis.serializers import GeoFeatureModelSerializer

from matchmaker.models import Member


class MemberSerializer(GeoFeatureModelSerializer):
    # A GeneratedField, which drf-gis does not look into.
    public_location = GeometryField(read_only=True)
    distance_km = SerializerMethodField()
    liked = BooleanField()

    class Meta:
        model = Member
        geo_field = "public_location"
        fields = [
            "id",
            "first_name",
            "last_name",
            "gender",
            "avatar",
            "distance_km",
            "liked",
        ]

    def get_distance_km(self, member: Any) -> float:
        return round(member.distance.km, 3)


class FiftyAPage(PageNumberPagination):
    page_size = 50


class NearbyView(ListAPIView):
    serializer_class = MemberSerializer
    pagination_class = FiftyAPage

    def get_queryset(self) -> Any:
        viewer, origin = self.request.user, self.request.user.location
        radius = D(km=float(self.request.query_params["distance"]))
        return (
            Member.objects.visible_to(viewer)
            .others(viewer)
            .with_liked_by(viewer)
            .filter(public_location__dwithin=(origin, radius))
            .annotate(distance=Distance("public_location", origin))
            .order_by("distance", "id")
        )


def two_bytes(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"ok")


urlpatterns = [
    path("nearby/", NearbyView.as_view()),
    path("two-bytes/", two_bytes),
]
