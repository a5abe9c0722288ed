"""Serve uploaded pictures, when the storage is this machine's disk."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from project.lib.media_storage import CACHE_CONTROL


@csrf_exempt
@require_safe
def serve(request: HttpRequest, name: str) -> FileResponse:
    try:
        file = default_storage.open(name)
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(
        file, content_type="image/jpeg", headers={"Cache-Control": CACHE_CONTROL}
    )
