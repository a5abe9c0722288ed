"""Request bodies: DRF's parsers with the inputs that make them raise closed off."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from rest_framework import parsers
from rest_framework.exceptions import ParseError


class JSONParser(parsers.JSONParser):
    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            data = super().parse(stream, media_type, parser_context)
            # Half a character ("\ud800") is no text, and no answer could repeat it.
            json.dumps(data, ensure_ascii=False).encode()
            return data
        # RecursionError: 100,000 opening brackets.
        except (ParseError, RecursionError, UnicodeEncodeError) as error:
            raise ParseError(_("The body is not valid JSON.")) from error


class FormParser(parsers.FormParser):
    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except (LookupError, ValueError) as error:  # a charset that cannot read it
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
        except (
            ParseError,
            MultiPartParserError,
            SuspiciousOperation,  # too many fields or files
            LookupError,  # a part in a charset that does not exist
            ValueError,
        ) as error:
            raise ParseError(_("The body is not a valid form.")) from error
