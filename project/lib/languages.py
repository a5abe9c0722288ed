"""The language that a request asks for."""

from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation.trans_real import parse_accept_lang_header


def language_asked_for(request: HttpRequest) -> str | None:
    """Return the answer's language if the client has named any, otherwise None.

    API clients often send no Accept-Language, or `*`: they have chosen none. A header
    that names only unsupported languages gives the answer's language: LANGUAGE_CODE.
    """
    named = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    if not any(code != "*" for code, _quality in named):
        return None
    language = get_language()
    return language and language[:2]
