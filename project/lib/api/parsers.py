"""DRF's parsers, which here refuse the inputs that would make them fail."""

import json
import logging
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.conf import settings
from django.core.exceptions import (
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from rest_framework import parsers
from rest_framework.exceptions import ParseError, ValidationError

from project.lib.turns import Busy

logger = logging.getLogger(__name__)

# Some programs write it before the text; RFC 8259 lets parsers ignore it.
BYTE_ORDER_MARK = "\ufeff"


class JSONParser(parsers.JSONParser):
    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            return read_json(stream.read().decode(_charset(parser_context)))
        except RepeatedName as error:
            raise ValidationError(
                {error.name: [_("Specify this field only once.")]}
            ) from error
        # RecursionError: 100,000 opening brackets.
        except (LookupError, ValueError, RecursionError) as error:
            raise ParseError(_("The body is not valid JSON.")) from error


def read_json(text: str) -> Any:
    """Parse strict JSON. Raises RecursionError and ValueError (RepeatedName is one)."""
    data = json.loads(
        text.removeprefix(BYTE_ORDER_MARK),
        parse_constant=_refuse,
        object_pairs_hook=without_repeats,
    )
    # A lone surrogate ("\ud800") is not valid text, and no answer could repeat it.
    json.dumps(data, ensure_ascii=False).encode()
    return data


class RepeatedName(ValueError):
    """A JSON object repeats a name; Python would drop the first value."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object of these pairs, for `json.loads`. Raises RepeatedName."""
    data = dict(pairs)
    if len(data) < len(pairs):
        seen: set[str] = set()
        for name, _value in pairs:
            if name in seen:
                name.encode()  # a name cannot contain lone surrogates either
                raise RepeatedName(name)
            seen.add(name)
    return data


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)  # NaN, Infinity


def _charset(context: Mapping[str, Any] | None) -> str:
    """Return the charset of the body; `bytes.decode` refuses codecs that decompress."""
    return (context or {}).get("encoding") or settings.DEFAULT_CHARSET


_TOO_MANY = (TooManyFieldsSent, TooManyFilesSent)


def _too_many() -> ParseError:
    message = _("A form may have at most %(fields)s fields and %(files)s files.")
    limits = {
        "fields": settings.DATA_UPLOAD_MAX_NUMBER_FIELDS,
        "files": settings.DATA_UPLOAD_MAX_NUMBER_FILES,
    }
    return ParseError(message % limits)


class FormParser(parsers.FormParser):
    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except _TOO_MANY as error:
            raise _too_many() from error
        except (LookupError, ValueError) as error:  # a charset that cannot decode it
            raise ParseError(_("The body is not a valid form.")) from error


class MultiPartParser(parsers.MultiPartParser):
    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RequestDataTooBig:
            raise
        except OSError as error:  # there is no room for its temporary files
            logger.error("A form cannot be kept: %s", error)
            raise Busy from error
        except _TOO_MANY as error:
            raise _too_many() from error
        except (
            ParseError,
            MultiPartParserError,
            SuspiciousOperation,
            LookupError,  # a part in an unknown charset
            ValueError,
        ) as error:
            raise ParseError(_("The body is not a valid form.")) from error
