"""Choose a request's representation: `?format=`, otherwise the Accept header."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class FormatOrAccept(BaseContentNegotiation):
    """Content negotiation by `?format=`, then by Accept, then the first renderer.

    An Accept header that nothing satisfies (a browser's address bar) gets JSON
    instead of a 406, as RFC 9110, 12.5.1 allows.
    """

    def select_parser(
        self, request: Request, parsers: Iterable[BaseParser]
    ) -> BaseParser | None:
        content_type = (request.content_type or "").partition(";")[0].strip().lower()
        return next((p for p in parsers if p.media_type == content_type), None)

    # DRF passes a list and needs one, contrary to its stubs.
    def select_renderer(  # type: ignore[override]
        self,
        request: Request,
        renderers: Sequence[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        wanted = request.query_params.get("format")
        if wanted is not None:
            for renderer in renderers:
                if renderer.format == wanted:
                    return renderer, renderer.media_type
            # Answer in JSON, because the error handler asks for a renderer again.
            if getattr(request, "_format_refused", False):
                return renderers[0], renderers[0].media_type
            request._format_refused = True  # type: ignore[attr-defined]
            formats = ", ".join(str(renderer.format) for renderer in renderers)
            raise ValidationError(
                {"format": [_("Must be one of: %(formats)s.") % {"formats": formats}]}
            )
        accepted = request.META.get("HTTP_ACCEPT", "")
        for media_type, quality in weighted(accepted):
            if media_type in ("*/*", "application/*") or quality <= 0:
                break
            for renderer in renderers:
                if renderer.media_type == media_type:
                    return renderer, renderer.media_type
        return renderers[0], renderers[0].media_type


@lru_cache(maxsize=256)
def weighted(accept: str) -> list[tuple[str, float]]:
    """Parse an Accept or Accept-Encoding header into (name, quality), the best first.

    Qualities that cannot be understood are 0.
    """
    ranges = []
    for item in accept.lower().split(","):
        accepted, *parameters = (part.strip() for part in item.split(";"))
        quality = 1.0
        for parameter in parameters:
            name, _sep, value = parameter.partition("=")
            if name == "q":
                try:
                    quality = float(value)
                except ValueError:
                    quality = 0.0
        if accepted:
            ranges.append((accepted, quality))
    return sorted(ranges, key=lambda item: -item[1])
