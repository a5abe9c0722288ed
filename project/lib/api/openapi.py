"""Decorators by which views describe themselves to drf-yasg, for a true schema."""

from collections.abc import Callable, Iterable
from typing import Any

import django_filters
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from drf_yasg import openapi
from drf_yasg.utils import swagger_auto_schema
from rest_framework.serializers import Serializer

from project.lib.api.throttles import throttled
from project.lib.reads.answers import collection_of, page_of
from project.lib.reads.csv_rows import MEDIA_TYPE as CSV
from project.lib.reads.filters import BoxFilter, StrictBooleanFilter
from project.lib.reads.geojson import MEDIA_TYPE as GEOJSON
from project.lib.reads.lists import WrittenList
from project.lib.reads.parameters import SAME, CompiledFilterSet
from project.lib.reads.streams import SEQUENCE, is_streamed

MULTIPART = ["multipart/form-data"]
JSON = ["application/json"]

_TEXT = openapi.Schema(type=openapi.TYPE_STRING)

FIELD_ERRORS = openapi.Response(
    _("Errors by field; those of the whole object are under non_field_errors"),
    openapi.Schema(
        type=openapi.TYPE_OBJECT,
        additional_properties=openapi.Schema(type=openapi.TYPE_ARRAY, items=_TEXT),
        example={"email": ["Enter a valid email address."]},
    ),
)

_MEANINGS = {
    401: _("No valid token; WWW-Authenticate names the schemes"),
    403: _(
        "You are not allowed to do this, or a session cookie came "
        "without the CSRF token"
    ),
    404: _("Not found, or not visible to you"),
    409: _("Not possible in the current state"),
    413: _("The body is too large"),
    415: _("The type of the body is not supported"),
    429: _("Too many requests; Retry-After says how many seconds to wait"),
    503: _(
        "Temporarily unavailable, and nothing was done; Retry-After says how many "
        "seconds to wait. With the code outcome_unknown it may have been done"
    ),
}

# What any request may be answered, when too much is asked or a part hangs.
ALWAYS = {429, 503}

FORMAT = openapi.Parameter(
    "format",
    openapi.IN_QUERY,
    _("geojson is the same as Accept: application/geo+json"),
    type=openapi.TYPE_STRING,
    enum=["json", "geojson"],
)

STREAM_FORMAT = openapi.Parameter(
    "format",
    openapi.IN_QUERY,
    _(
        "The same as an Accept header. geojsonseq and csv are streams of the whole "
        "result: there page_size is how many rows at most, and parameters of orders "
        "and offsets are refused"
    ),
    type=openapi.TYPE_STRING,
    enum=["json", "geojson", "geojsonseq", "csv"],
)

LINK = {
    "Link": {
        "type": openapi.TYPE_STRING,
        "description": _("As GeoJSON: the next and the previous page (RFC 8288)"),
    }
}


def error(status: int) -> openapi.Response:
    schema = openapi.Schema(
        type=openapi.TYPE_OBJECT,
        properties={"detail": _TEXT, "code": _TEXT},
        required=["detail", "code"],
    )
    waits = {"Retry-After": {"type": openapi.TYPE_INTEGER}}
    headers = waits if status in ALWAYS else None
    return openapi.Response(_MEANINGS[status], schema, headers=headers)


def describe(
    summary: str | Promise,
    answers: dict[int, Any],
    *,
    errors: Iterable[int] = (),
    body: Any = None,
    form: bool = False,
    query: Iterable[openapi.Parameter] = (),
    geojson: type[Serializer] | None = None,
    streams: bool = False,
    public: bool = False,
) -> Callable[[Any], Any]:
    """Decorate a view method with a description of its input and its answers.

    `errors`: statuses besides those that follow: 400, 429, 503, 401 unless `public`,
    413 and 415 with a body. `form`: the body is a multipart form (Swagger 2.0 cannot
    say "or JSON"). `geojson`: what 200 and 201 answer to those who ask for GeoJSON;
    without it they get JSON. `streams`: it also comes as a stream. `body` and `query`
    are what the method reads: views refuse whatever else there is
    (`project.lib.api.views`).
    """
    query = [*query]
    formats = [STREAM_FORMAT if streams else FORMAT] if geojson else []
    parameters = [*query, *formats]
    statuses = {*errors} - {400} | ALWAYS
    if body is not None:
        statuses |= {413, 415}
    if not public:
        statuses.add(401)
    responses = {status: _answer(answer) for status, answer in answers.items()}
    responses |= {status: error(status) for status in statuses - answers.keys()}
    responses[400] = FIELD_ERRORS  # because of unknown parameters, at least
    extra: dict[str, Any] = {}
    if public:
        extra["security"] = []
    if body is not None:
        extra["consumes"] = MULTIPART if form else JSON
    if geojson is not None:
        streamed = [SEQUENCE, CSV] if streams else []
        extra |= {"geojson": geojson, "produces": [*JSON, GEOJSON, *streamed]}
    described = swagger_auto_schema(
        operation_summary=summary,
        request_body=body,
        manual_parameters=parameters,
        responses=dict(sorted(responses.items())),
        **extra,
    )

    def decorate(method: Any) -> Any:
        method.has_body = body is not None
        # How large a body may be depends on them (project.lib.server.bodies).
        method.takes_files, method.is_public = form, public
        method.has_parameters = bool(query)
        method.has_geojson, method.has_streams = geojson is not None, streams
        return described(method)

    return decorate


def _answer(answer: Any) -> Any:
    if isinstance(answer, str | Promise):  # the description of an answer without a body
        return openapi.Response(answer)
    return answer


def describe_list(
    summary: str | Promise, listed: WrittenList[Any], *, errors: Iterable[int] = ()
) -> Callable[[Any], Any]:
    """Decorate a view method that answers a list, from the list's declaration."""
    is_place = listed.answer.point is not None
    page = page_of(listed.answer, listed.envelope)
    described = describe(
        summary,
        {200: openapi.Response("", page, headers=LINK) if is_place else page},
        errors=errors,
        query=query_parameters(listed.filterset),
        geojson=collection_of(listed.answer, listed.envelope) if is_place else None,
        streams=is_place,
    )
    if not is_place:
        return described
    counted = throttled("stream", when=is_streamed)
    return lambda method: counted(described(method))


def query_parameters(filters: type[CompiledFilterSet]) -> list[openapi.Parameter]:
    """Return the query parameters of a list, from its filters."""
    return [_parameter(name, f) for name, f in filters.base_filters.items()]


def _parameter(name: str, declared: django_filters.Filter) -> openapi.Parameter:
    value = value_of(declared)
    if isinstance(declared, BoxFilter):
        value["pattern"] = r"^-?[\d.]+,-?[\d.]+,-?[\d.]+,-?[\d.]+$"
    description = declared.extra.get("help_text", "")
    if name in SAME:
        other = format_lazy(_("also as {name}"), name=SAME[name])
        description = format_lazy("{} ({})", description, other)
    return openapi.Parameter(name, openapi.IN_QUERY, description, **value)


def value_of(declared: django_filters.Filter) -> dict[str, Any]:
    """Return what a filter's value may be, as Swagger 2 and OpenAPI 3 both write it."""
    if isinstance(declared, StrictBooleanFilter):
        return {"type": openapi.TYPE_BOOLEAN}
    if isinstance(declared, django_filters.NumberFilter):
        whole = declared.extra.get("decimal_places") == 0
        value: dict[str, Any] = {
            "type": openapi.TYPE_INTEGER if whole else openapi.TYPE_NUMBER
        }
        for key, bound in (("minimum", "min_value"), ("maximum", "max_value")):
            if bound in declared.extra:
                value[key] = declared.extra[bound]
        return value
    value = {"type": openapi.TYPE_STRING}
    if isinstance(declared, django_filters.ChoiceFilter):
        value["enum"] = [choice for choice, _label in declared.extra["choices"]]
    elif "max_length" in declared.extra and not isinstance(declared, BoxFilter):
        value["maxLength"] = declared.extra["max_length"]
    return value
