"""An answer that is read part by part while the client takes it."""

from collections.abc import Iterable

from django.http import StreamingHttpResponse


class PagedResponse(StreamingHttpResponse):
    """An answer whose parts may take long altogether, but none longer than an answer.

    Each part is read in a thread, under the deadline of a request
    (project/lib/server/streams.py).
    """

    def __init__(self, parts: Iterable[bytes], *, content_type: str) -> None:
        super().__init__(parts, content_type=content_type)
        # nginx would store a gigabyte before a slow client makes it wait.
        self.headers["X-Accel-Buffering"] = "no"
