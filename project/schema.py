"""Swagger 2.0 of the API, written by drf-yasg from the views."""

from django.utils.translation import gettext_lazy as _
from drf_yasg import openapi
from drf_yasg.inspectors import SwaggerAutoSchema
from drf_yasg.views import get_schema_view
from rest_framework.permissions import AllowAny

INFO = openapi.Info(title="Matchmaker", default_version="v1", description=_("x"))


class AutoSchema(SwaggerAutoSchema):
    pass


_view = get_schema_view(INFO, public=True, permission_classes=[AllowAny])
swagger_ui = _view.with_ui("swagger", cache_timeout=0)
redoc = _view.with_ui("redoc", cache_timeout=0)
swagger_json = _view.without_ui(cache_timeout=0)
