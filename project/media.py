"""Uploaded pictures, when the storage is this machine's disk."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

# A name is never used for another picture, but a deleted one must be gone from caches.
CACHE_FOR_A_DAY = "public, max-age=86400, immutable"


@csrf_exempt
@require_safe
def serve(request: HttpRequest, name: str) -> FileResponse:
    try:
        file = default_storage.open(name)
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(
        file, content_type="image/jpeg", headers={"Cache-Control": CACHE_FOR_A_DAY}
    )
