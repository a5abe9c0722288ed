"""Forms of accounts: e-mail, phone, password, active."""

import pytest
from django.urls import reverse

from matchmaker import services
from matchmaker.models import Member
from tests.matchmaker.admin.pages import (
    ADD,
    PASSWORD,
    change,
    errors_of,
    form_of,
    signed_in_twice,
    statuses,
)


def test_blank_email_becomes_null(admin_client, eve):
    data = form_of(eve, email="", phone_number="8 999 123-45-67")

    response = admin_client.post(change(eve), data)

    assert response.status_code == 302
    eve.refresh_from_db()
    assert (eve.email, eve.phone_number) == (None, "+79991234567")


def test_blank_phone_becomes_null(admin_client, eve):
    services.update_profile(eve, phone_number="+79991234567")

    admin_client.post(change(eve), form_of(eve, phone_number=""))

    eve.refresh_from_db()
    assert eve.phone_number is None


def test_neither_email_nor_phone_is_a_form_error(admin_client, eve):
    response = admin_client.post(change(eve), form_of(eve, email=""))

    assert errors_of(response) == {
        "email": ["Specify an e-mail, a phone number, or both."]
    }


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("email", "TAKEN@example.com", "A member with this e-mail already exists."),
        (
            "phone_number",
            "8 999 123-45-67",
            "A member with this phone number already exists.",
        ),
        (
            "phone_number",
            "12",
            "This phone number does not exist. Example: +79991234567.",
        ),
    ],
)
def test_contact_that_cannot_be_is_a_form_error(
    admin_client, eve, field, value, message
):
    Member.objects.create_user("taken@example.com", phone_number="+79991234567")

    for response in (
        admin_client.post(change(eve), form_of(eve, **{field: value})),
        admin_client.post(ADD, {field: value, "usable_password": "false"}),
    ):
        assert errors_of(response) == {field: [message]}


def test_email_taken_since_the_check_is_a_message(admin_client, eve, monkeypatch):
    Member.objects.create_user("taken@example.com")
    monkeypatch.setattr(
        "matchmaker.admin.forms.ContactForm._others", lambda form: Member.objects.none()
    )
    monkeypatch.setattr(Member, "validate_constraints", lambda *args, **kwargs: None)

    response = admin_client.post(
        change(eve), form_of(eve, email="taken@example.com"), follow=True
    )

    messages = [str(message) for message in response.context["messages"]]
    assert messages == ["A member with this e-mail already exists."]
    eve.refresh_from_db()
    assert eve.email == "Eve@example.com"


def test_adding_a_member_by_email(admin_client):
    response = admin_client.post(
        ADD,
        {
            **{"email": "new@example.com", "first_name": "New"},
            **{"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD},
        },
    )

    member = Member.objects.get(email="new@example.com")
    assert response.headers["Location"] == change(member)
    assert member.check_password(PASSWORD)
    assert (member.first_name, member.phone_number) == ("New", None)


def test_adding_a_member_by_phone_without_password(admin_client):
    admin_client.post(ADD, {"phone_number": "9991234567", "usable_password": "false"})

    member = Member.objects.get(phone_number="+79991234567")
    assert member.email is None
    assert not member.has_usable_password()


def test_adding_with_a_weak_password_is_a_form_error(admin_client):
    data = {"email": "new@example.com", "password1": "12345", "password2": "12345"}

    response = admin_client.post(ADD, {**data, "usable_password": "true"})

    assert list(errors_of(response)) == ["password2"]


def test_new_password_works_and_kills_tokens(admin_client, eve):
    tokens = signed_in_twice(eve)
    assert statuses(tokens) == [200, 200]
    url = reverse("admin:auth_user_password_change", args=[eve.pk])
    new = "stormy-Badger-77"

    response = admin_client.post(url, {"password1": new, "password2": new})

    assert response.headers["Location"] == change(eve)
    assert statuses(tokens) == [401, 401]
    assert services.authenticated("eve@example.com", new) == eve


def test_deactivating_in_the_form_kills_tokens(admin_client, eve):
    tokens = signed_in_twice(eve)

    admin_client.post(change(eve), form_of(eve, is_active=None))
    admin_client.post(change(eve), form_of(eve, is_active="on"))

    assert statuses(tokens) == [401, 401]
