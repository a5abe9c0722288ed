"""Numbers in ASCII digits, in every parameter and field that takes one."""

import pytest

from tests.events.factories import EventFactory

# Python reads all of these.
SPELLINGS = ["1_0", "٥", "１", "१", "1_0.0"]
PARAMETERS = [
    ("/api/clients/", "page_size"),
    ("/api/clients/", "limit"),
    ("/api/clients/", "distance"),
    ("/api/events/", "limit"),
    ("/api/events/", "offset"),
    ("/api/events/", "organization"),
    ("/api/organizations/", "offset"),
    ("/api/discover/", "max_km"),
    ("/api/ogc/collections/events/items", "limit"),
    ("/api/ogc/collections/members/items", "page_size"),
]


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize(("path", "parameter"), PARAMETERS)
def test_parameter_takes_ascii_digits_alone(as_ann, path, parameter, spelling):
    assert as_ann.get(path, {parameter: "1"}).status_code == 200

    response = as_ann.get(path, {parameter: spelling})

    assert response.status_code == 400
    assert [*response.json()] == [parameter]


@pytest.mark.parametrize("spelling", ["٥", "1_0", "１"])
@pytest.mark.parametrize(
    ("parameter", "value"),
    [("in_bbox", "{},0,20,20"), ("point", "{},0"), ("bbox", "0,0,20,{}")],
)
def test_degrees_are_ascii_digits(as_ann, parameter, value, spelling):
    more = {"distance": "1"} if parameter == "point" else {}
    assert as_ann.get("/api/events/", {parameter: value.format(10), **more}).json()

    response = as_ann.get("/api/events/", {parameter: value.format(spelling), **more})

    assert [*response.json()] == [parameter]


@pytest.mark.parametrize("spelling", ["1_0", "٥"])
def test_field_takes_ascii_digits_alone(ann, as_ann, spelling):
    event = EventFactory(creator=ann)

    for field in ("capacity", "longitude"):
        body = {"latitude": "1", field: spelling}
        body = body if field == "longitude" else {field: spelling}
        response = as_ann.patch(f"/api/events/{event.pk}", body)
        assert response.status_code == 400, field
        assert field in response.json()
