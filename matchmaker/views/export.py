"""The view that exports all data of a member's account."""

from django.utils.translation import gettext_lazy as _
from rest_framework.response import Response

from matchmaker import export, export_answer
from matchmaker.authentication import MemberRequest
from project.lib.api.openapi import describe
from project.lib.api.renderers import Written
from project.lib.api.throttles import throttled
from project.lib.api.views import APIView


class ExportView(APIView):
    @throttled("export")
    @describe(
        _("Download all your data as one file."),
        {200: export_answer.Export},
    )
    def get(self, request: MemberRequest) -> Response:
        text = export.write_export(request)
        name = f"matchmaker-{request.user.pk}.json"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(Written(text), headers=headers)
