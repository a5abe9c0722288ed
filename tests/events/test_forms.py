"""Forms of events and organizations: every way to write a list, and nothing lost."""

from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from events.models import Event, Organization, Role
from tests.events.factories import EventFactory, MembershipFactory
from tests.factories import MemberFactory
from tests.pictures import upload

CREATE = "/api/events/create/"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def clubs(ann):
    """Two organizations of ann's."""
    return [
        MembershipFactory(
            organization__title=title, member=ann, role=Role.OWNER
        ).organization
        for title in ("Club", "Choir")
    ]


def send(api, method, path, fields, kind):
    if kind == FORM:
        text = urlencode(fields)
        return getattr(api, method)(path, text, content_type=kind)
    boundary = "b"
    parts = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields
    )
    kind = f"multipart/form-data; boundary={boundary}"
    return getattr(api, method)(path, f"{parts}--b--\r\n", content_type=kind)


def written(field, key, values, how):
    """The fields of a form that mean `[{key: value}, …]`."""
    objects = [f'{{"{key}": "{value}"}}' for value in values]
    return {
        "[0]id": [(f"{field}[{i}]{key}", v) for i, v in enumerate(values)],
        "[0].id": [(f"{field}[{i}].{key}", v) for i, v in enumerate(values)],
        "[0][id]": [(f"{field}[{i}][{key}]", v) for i, v in enumerate(values)],
        "[0]": [(f"{field}[{i}]", o) for i, o in enumerate(objects)],
        "repeated": [(field, o) for o in objects],
        "text": [(field, f"[{', '.join(objects)}]")],
    }[how]


WAYS = ["[0]id", "[0].id", "[0][id]", "[0]", "repeated", "text"]
kinds = pytest.mark.parametrize("kind", ["multipart", FORM])
ways = pytest.mark.parametrize("how", WAYS)


@kinds
@ways
def test_event_is_created_with_its_organizations(as_ann, clubs, kind, how):
    lists = written("organizations", "id", [club.pk for club in clubs], how)

    response = send(as_ann, "post", CREATE, [("title", "Fest"), *lists], kind)

    assert response.status_code == 202, response.content
    assert {*Event.objects.get().organizations.all()} == {*clubs}


@kinds
@ways
def test_event_is_changed_to_other_organizations(ann, as_ann, clubs, kind, how):
    event = EventFactory(creator=ann)
    lists = written("organizations", "id", [club.pk for club in clubs], how)

    response = send(as_ann, "patch", f"/api/events/{event.pk}/", lists, kind)

    assert response.status_code == 200, response.content
    assert {*event.organizations.all()} == {*clubs}
    gone = send(
        as_ann, "patch", f"/api/events/{event.pk}/", [("organizations", "")], kind
    )
    assert gone.json()["organizations"] == []


@kinds
@ways
@pytest.mark.parametrize("key", ["id", "email"])
def test_organization_is_created_with_its_users(ann, as_ann, kind, how, key):
    bob, eve = MemberFactory(), MemberFactory()
    lists = written("users", key, [getattr(m, f"{key}") for m in (bob, eve)], how)

    response = send(
        as_ann, "post", "/api/organizations/create/", [("title", "X"), *lists], kind
    )

    assert response.status_code == 201, response.content
    assert {*Organization.objects.get().members.all()} == {ann, bob, eve}


@kinds
@pytest.mark.parametrize("name", ["user[{}]", "user.{}", "user"])
@pytest.mark.parametrize("key", ["id", "email"])
def test_member_is_added_and_removed(as_ann, clubs, kind, name, key):
    bob = MemberFactory()
    value = getattr(bob, key)
    if name == "user":
        value = f'{{"{key}": "{value}"}}'
    path = f"/api/organizations/{clubs[0].pk}/members/"
    user = [(name.format(key), value)]

    added = send(as_ann, "post", path, [*user, ("role", "owner")], kind)

    assert added.status_code == 200, added.content
    assert clubs[0].memberships.get(member=bob).role == Role.OWNER
    assert send(as_ann, "delete", path, user, kind).status_code == 204
    assert not clubs[0].memberships.filter(member=bob).exists()


def test_naming_oneself_in_a_form_looks_up_nobody_else(ann, signed_in, clubs):
    bob = MembershipFactory(organization=clubs[0]).member
    path = f"/api/organizations/{clubs[0].pk}/members/"

    mine = send(signed_in(bob), "post", path, [("user[id]", bob.pk)], FORM)
    others = send(signed_in(bob), "post", path, [("user[id]", 0)], FORM)
    strangers = send(signed_in(bob), "post", path, [("user[id]", ann.pk)], FORM)

    assert mine.status_code == 200
    assert others.status_code == 400
    assert strangers.status_code == 403


@kinds
def test_everything_wrong_is_told_at_once(as_ann, clubs, kind):
    fields = [
        ("titel", "Fest"),
        ("organizations[1]id", clubs[0].pk),
        ("capacity", "0"),
        ("capacity", "1"),
        ("image", "picture"),
        ("longitude", "30"),
    ]

    response = send(as_ann, "post", CREATE, fields, kind)

    assert response.status_code == 400
    assert response.json() == {
        "title": ["This field is required."],
        "titel": ["Unknown field. Did you mean title?"],
        "organizations": ["Number the items from 0 without gaps: [0], [1], [2]."],
        "capacity": ["Specify this field only once."],
        "image": [
            "The submitted data was not a file. Check the encoding type on the form."
        ],
        "latitude": ["Specify longitude and latitude together."],
    }
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"titel": "Fest"}, {"titel": ["Unknown field. Did you mean title?"]}),
        (
            {"organizations": [{"id": 1}, {"id": 2, "Id": 3, "role": "host"}]},
            {
                "organizations": [
                    "1.Id: Unknown field. Did you mean id?",
                    "1.role: Unknown field.",
                ]
            },
        ),
        ({"organizations": {"id": 1}}, {"organizations": None}),
        ({"organizations[0]id": 1}, {"organizations[0]id": None}),
        ({"csrfmiddlewaretoken": "x"}, {"csrfmiddlewaretoken": ["Unknown field."]}),
    ],
)
def test_unknown_fields_of_json_are_told(as_ann, body, errors):
    response = as_ann.post(CREATE, {"title": "Fest", "capacity": 0, **body})

    assert response.status_code == 400
    told = response.json()
    assert told.pop("capacity")
    assert told.keys() == errors.keys()
    for name, messages in errors.items():
        assert messages is None or {*messages} <= {*told[name]}


def test_unknown_fields_of_users_are_told(as_ann, clubs):
    path = f"/api/organizations/{clubs[0].pk}/members/"

    created = as_ann.post(
        "/api/organizations/create/", {"title": "X", "users": [{"id": 5, "rank": 1}]}
    )
    added = as_ann.post(path, {"user": {"id": clubs[0].pk, "emial": "x"}, "roel": "x"})

    assert "0.rank: Unknown field." in created.json()["users"]
    assert "emial: Unknown field. Did you mean email?" in added.json()["user"]
    assert added.json()["roel"] == ["Unknown field. Did you mean role?"]


def test_name_given_twice_in_json_is_told(as_ann):
    body = '{"title": "A", "title": "B"}'

    response = as_ann.generic("POST", CREATE, body, "application/json")

    assert response.status_code == 400
    assert response.json() == {"title": ["Specify this field only once."]}
    assert not Event.objects.exists()


def test_names_beyond_counting_are_told_in_time(as_ann):
    body = {f"unknown{i}": i for i in range(40_000)}

    response = as_ann.post(CREATE, body)

    assert response.status_code == 400
    assert len(response.json()) == 101  # and the title, which is missing


def test_files_where_there_is_text_and_the_reverse(as_ann):
    def file():
        return SimpleUploadedFile("5", b"5")

    response = as_ann.post(
        CREATE,
        {"title": file(), "capacity": file(), "organizations": file(), "photo": file()},
        format="multipart",
    )

    text = ["This field takes text, not a file."]
    assert response.status_code == 400
    assert response.json() == {
        "title": text,
        "capacity": text,
        "organizations": text,
        "photo": ["Unknown field."],
    }


def test_text_and_file_of_one_name_are_told(as_ann):
    body = {"title": "Fest", "image": [upload(), "https://example.com/a.jpg"]}

    response = as_ann.post(CREATE, body, format="multipart")

    assert response.status_code == 400
    assert response.json() == {"image": ["Specify this field only once."]}


@pytest.mark.parametrize(("kind", "count"), [(FORM, 20_000), ("multipart", 100_000)])
def test_too_many_parts_are_400(as_ann, kind, count):
    fields = [(f"organizations[{i}]id", 1) for i in range(count)]

    response = send(as_ann, "post", CREATE, [("title", "A"), *fields], kind)

    assert response.status_code == 400
    assert response.json() == {
        "non_field_errors": ["A form may have at most 1000 fields and 100 files."]
    }


def test_empty_inputs_of_a_browsers_form_are_not_given(as_ann):
    fields = [
        (name, "")
        for name in ("description", "image", "date", "capacity", "organizations")
    ]

    response = send(as_ann, "post", CREATE, [("title", "Fest"), *fields], FORM)

    assert response.status_code == 202, response.content
    event = Event.objects.get()
    assert (event.description, event.image.name, event.date) == ("", "", None)


def test_empty_title_in_a_changing_form_is_no_change_and_told(ann, as_ann):
    event = EventFactory(creator=ann, title="Fest")

    response = send(as_ann, "patch", f"/api/events/{event.pk}/", [("title", "")], FORM)

    assert response.status_code == 400
    assert response.json() == {"title": ["This field may not be blank."]}


def test_event_is_written_back_as_it_was_read(ann, as_ann, clubs):
    event_id = as_ann.post(
        CREATE,
        {
            "title": "Fest",
            "date": "2026-12-23",
            "image": upload(),
            "capacity": 5,
            "location": '{"type": "Point", "coordinates": [30.31, 59.94]}',
            "organizations[0]id": clubs[0].pk,
        },
        format="multipart",
    ).json()["id"]
    path = f"/api/events/{event_id}/"
    read = as_ann.get(path).json()

    same = as_ann.patch(path, read)
    renamed = as_ann.patch(path, {**read, "title": "New"})
    more = as_ann.patch(
        path,
        {**read, "organizations": [*read["organizations"], {"id": clubs[1].pk}]},
    )
    changed = as_ann.patch(path, {**read, "attendees": 7, "id": 0, "color": "red"})
    other = as_ann.patch(
        path, {"organizations": [{**read["organizations"][0], "title": "Other"}]}
    )

    assert (same.status_code, same.json()) == (200, read)
    assert renamed.json() == {**read, "title": "New"}
    assert [o["id"] for o in more.json()["organizations"]] == [c.pk for c in clubs]
    assert changed.status_code == 400
    assert changed.json() == {
        "attendees": ["This field cannot be changed here."],
        "id": ["This field cannot be changed here."],
        "color": ["Unknown field."],
    }
    assert other.status_code == 400
    assert "0.title: Unknown field." in other.json()["organizations"]


def test_organization_is_written_back_as_it_was_read(as_ann, clubs):
    path = f"/api/organizations/{clubs[0].pk}"
    read = as_ann.get(path).json()

    same = as_ann.patch(path, read)
    renamed = as_ann.patch(path, {**read, "title": "New"})
    changed = as_ann.patch(path, {**read, "full_address": "Elsewhere", "users": []})

    cannot = ["This field cannot be changed here."]
    assert (same.status_code, same.json()) == (200, read)
    assert renamed.json()["title"] == "New"
    assert changed.status_code == 400
    assert changed.json() == {"full_address": cannot, "users": cannot}


def test_what_others_may_not_see_cannot_be_asked_by_writing_it(signed_in, clubs):
    eve = signed_in(MemberFactory())
    event = EventFactory(scheduled=True)

    response = eve.patch(f"/api/events/{event.pk}/", {"attendees": 0})

    assert response.status_code == 400
    assert response.json() == {"attendees": ["Unknown field."]}
