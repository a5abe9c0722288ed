"""The admin is Russian for who wants it so."""

import re
from html.parser import HTMLParser
from http import HTTPStatus
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django_dramatiq.models import Task

from matchmaker.models import Block, Like, Member
from project.lib.background import due
from tests.factories import MemberFactory
from tests.russian import is_ours, is_russian


def test_everything_of_ours_in_the_admin_has_a_russian_name():
    english = []
    with translation.override("ru"):
        for model in filter(is_ours, admin.site._registry):
            meta = model._meta
            names = [meta.verbose_name, meta.verbose_name_plural]
            names.append(apps.get_app_config(meta.app_label).verbose_name)
            for field in meta.fields:
                if field.editable and not field.primary_key:
                    names += [field.verbose_name, field.help_text or "да"]
                    names += [label for value, label in field.choices or [] if value]
            english += [str(name) for name in names if not is_russian(str(name))]

    assert english == []


class Words(HTMLParser):
    """The words of a page, as its reader has them."""

    HIDDEN = {"script", "style", "textarea"}
    READ = {"title", "placeholder", "alt", "aria-label"}

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.hidden += tag in self.HIDDEN
        given = dict(attrs)
        self.texts += [given[name] for name in self.READ if given.get(name)]
        if given.get("type") in ("submit", "button"):
            self.texts.append(given.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in self.HIDDEN

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.texts.append(" ".join(data.split()))


# What Django writes without gettext: the texts of its icons and, into the database,
# the names of permissions.
UNTRANSLATABLE = re.compile(r"Search|True|False|.* \| Can .*")


def english_on(response: Any) -> list[str]:
    assert response.status_code == HTTPStatus.OK
    words = Words()
    words.feed(response.content.decode())
    assert len(words.texts) > 20
    return [
        text
        for text in words.texts
        if re.search("[A-Za-z]{2}", text)
        and not is_russian(text)
        and not UNTRANSLATABLE.fullmatch(text)
    ]


@pytest.fixture
def office(db, plain_static_files) -> Client:
    """A browser of staff that prefers Russian."""
    client = Client(headers={"accept-language": "ru"})
    client.force_login(russian(is_staff=True, is_superuser=True))
    return client


def russian(**given: Any) -> Member:
    """A member whose own data have no Latin letters."""
    return MemberFactory(
        first_name="Ева",
        last_name="",
        email=None,
        phone_number=f"+7999{Member.objects.count():07}",
        password=None,
        **given,
    )


@pytest.mark.parametrize("page", ["changelist", "add", "change", "delete", "history"])
def test_admin_pages_of_members_are_russian(office, page):
    args = [russian().pk] if page in ("change", "delete", "history") else []

    response = office.get(reverse(f"admin:matchmaker_member_{page}", args=args))

    assert english_on(response) == []


@pytest.mark.parametrize("model", [Like, Block])
def test_admin_pages_of_pairs_are_russian(office, model):
    pair = model.objects.create(from_member=russian(), to_member=russian())
    name = model._meta.model_name

    response = office.get(reverse(f"admin:matchmaker_{name}_changelist"))
    one = office.get(reverse(f"admin:matchmaker_{name}_change", args=[pair.pk]))

    assert english_on(response) == []
    assert english_on(one) == []


@pytest.mark.parametrize("name", sorted(due.KINDS))
def test_admin_pages_of_tasks_are_russian(office, name):
    message = due.KINDS[name].actor.message(7)
    task = Task.tasks.create_or_update_from_message(
        message, status=Task.STATUS_DONE, actor_name=message.actor_name
    )

    response = office.get(reverse("admin:django_dramatiq_task_changelist"))
    one = office.get(reverse("admin:django_dramatiq_task_change", args=[task.pk]))

    assert english_on(response) == []
    assert english_on(one) == []


def test_admin_pages_of_passwords_are_russian(office):
    other = reverse("admin:auth_user_password_change", args=[russian().pk])

    assert english_on(office.get("/admin/password_change/")) == []
    assert english_on(office.get(other)) == []


def test_admin_forms_are_refused_in_russian(office):
    given = {
        "email": "x",
        "phone_number": "12",
        "usable_password": "true",
        "password1": "123",
        "password2": "124",
    }

    response = office.post(reverse("admin:matchmaker_member_add"), given)

    errors = dict(response.context["adminform"].form.errors)
    assert {"email", "phone_number", "password2"} <= set(errors)
    assert [t for ts in errors.values() for t in ts if not is_russian(str(t))] == []


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, "Деактивирован 1 участник."),
        (3, "Деактивированы 3 участника."),
        (5, "Деактивировано 5 участников."),
        (21, "Деактивирован 21 участник."),
    ],
)
def test_numbers_and_nouns_agree(office, number, text):
    chosen = [russian().pk for _ in range(number)]
    data = {"action": "deactivate", "_selected_action": chosen}

    response = office.post(
        reverse("admin:matchmaker_member_changelist"), data, follow=True
    )

    assert text in response.content.decode()
