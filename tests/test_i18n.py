"""Russian: nothing untranslated in the code, and nothing English in the answers."""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from http import HTTPStatus
from pathlib import Path
from typing import Any

import polib
import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django_dramatiq.models import Task
from rest_framework import serializers
from rest_framework.exceptions import Throttled
from rest_framework.test import APIClient

from matchmaker import services
from matchmaker.models import Block, Like, Member
from project.lib.reads.parameters import CompiledFilterSet
from project.lib.work import due
from tests.factories import PASSWORD, MemberFactory
from tests.pictures import picture_bytes, upload

ROOT = Path(__file__).parent.parent
PACKAGES = sorted(
    p.parent for p in ROOT.glob("*/__init__.py") if p.parent.name != "tests"
)
CATALOGUE = ROOT / "project/locale/ru/LC_MESSAGES/django"

# --- the catalogue ----------------------------------------------------------------

SINGULAR = {"_", "gettext", "gettext_lazy", "gettext_noop"}
PLURAL = {"ngettext", "ngettext_lazy"}
WITH_CONTEXT = {"pgettext", "pgettext_lazy"}
# (singular, plural or ""), as polib has them.
Text = tuple[str, str]

TRANSLATE = re.compile(r"""\{%\s*trans(?:late)?\s+(["'])(.*?)\1""")
ARGUMENT = re.compile(r"""[=|:\s]_\((["'])(.*?)\1\)""")
BLOCK = re.compile(
    r"\{%\s*blocktrans(?:late)?\b([^%]*)%\}(.*?)"
    r"(?:\{%\s*plural\s*%\}(.*?))?\{%\s*endblocktrans(?:late)?\s*%\}",
    re.DOTALL,
)


def texts_of_python(source: str) -> Iterator[Text]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name in SINGULAR:
            yield _constant(node.args[0]), ""
        elif name in PLURAL:
            yield _constant(node.args[0]), _constant(node.args[1])
        elif name in WITH_CONTEXT:
            yield _constant(node.args[1]), ""


def _constant(node: ast.expr) -> str:
    assert isinstance(node, ast.Constant), f"no constant: {ast.unparse(node)}"
    assert isinstance(node.value, str)
    return node.value


def texts_of_template(source: str) -> Iterator[Text]:
    for pattern in (TRANSLATE, ARGUMENT):
        for match in pattern.finditer(source):
            yield match[2], ""
    for match in BLOCK.finditer(source):
        options, one, many = match.groups("")
        texts = [re.sub(r"\{\{\s*(\w+)\s*\}\}", r"%(\1)s", t) for t in (one, many)]
        if "trimmed" in options:
            texts = [" ".join(text.split()) for text in texts]
        yield texts[0], texts[1]


def texts_of_code() -> set[Text]:
    found: set[Text] = set()
    for package in PACKAGES:
        for path in package.rglob("*.py"):
            found.update(texts_of_python(path.read_text()))
        for path in package.rglob("*.html"):
            found.update(texts_of_template(path.read_text()))
        for path in package.rglob("*.txt"):
            found.update(texts_of_template(path.read_text()))
    return found


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(CATALOGUE) + ".po")


def test_collector_finds_every_way_to_write_a_text():
    python = """
_("a" "b"); gettext('c'); gettext_lazy("d") % {}
x.ngettext("%d e", "%d es", n); pgettext("task", "f")
"""
    template = """
{% translate "a" %}{% trans 'b' as c %}{% include "x" with y=_("d") %}
{% blocktranslate %}e {{ f }}{% endblocktranslate %}
{% blocktranslate count n=n trimmed %}
 g
 h{% plural %}{{ n }} gs{% endblocktranslate %}
"""

    assert set(texts_of_python(python)) == {
        ("ab", ""),
        ("c", ""),
        ("d", ""),
        ("%d e", "%d es"),
        ("f", ""),
    }
    assert set(texts_of_template(template)) == {
        ("a", ""),
        ("b", ""),
        ("d", ""),
        ("e %(f)s", ""),
        ("g h", "%(n)s gs"),
    }


def test_catalogue_has_every_text_and_no_other(catalogue):
    listed = {(entry.msgid, entry.msgid_plural) for entry in catalogue}

    # `make messages` mends both.
    assert sorted(texts_of_code() - listed) == []
    assert sorted(listed - texts_of_code()) == []


def test_every_text_is_translated(catalogue):
    undone = [e.msgid for e in catalogue if not e.translated() or e.fuzzy or e.obsolete]

    assert undone == []
    assert [text for text in _translations(catalogue) if not is_russian(text)] == []


def test_compiled_catalogue_says_the_same(catalogue):
    compiled = polib.mofile(str(CATALOGUE) + ".mo")

    def said(file) -> dict[Text, Any]:
        return {
            (e.msgctxt, e.msgid, e.msgid_plural): e.msgstr_plural or e.msgstr
            for e in file
        }

    assert said(compiled) == said(catalogue)
    assert compiled.metadata == catalogue.metadata


def test_header_changes_with_the_texts_only(catalogue):
    assert {"POT-Creation-Date", "PO-Revision-Date"}.isdisjoint(catalogue.metadata)
    assert "@" not in str(catalogue.metadata) + catalogue.header


def test_placeholders_agree(catalogue):
    for entry in catalogue:
        sources = [entry.msgid, entry.msgid_plural or entry.msgid]
        for text in entry.msgstr_plural.values() or [entry.msgstr]:
            assert placeholders(text) in [placeholders(s) for s in sources], entry.msgid


def placeholders(text: str) -> tuple[set[str], list[str]]:
    """Named ones may move and repeat; of the others the order counts."""
    named = re.findall(r"%\(\w+\)[-+ #0-9.]*[a-zA-Z]|\{\{|\}\}|\{[\w.!:]*\}", text)
    return set(named), re.findall(r"%[-+ #0-9.]*[a-zA-Z%]", text)


def _translations(catalogue: polib.POFile) -> Iterator[str]:
    for entry in catalogue:
        yield from entry.msgstr_plural.values() or [entry.msgstr]


# --- what counts as Russian -------------------------------------------------------

ENGLISH = re.compile(r"[A-Za-z][a-z']+ [A-Za-z][a-z']+")


def is_russian(text: str) -> bool:
    """Cyrillic, with names and codes in between but no two English words in a row."""
    return bool(re.search("[а-яё]", text, re.IGNORECASE)) and not ENGLISH.search(text)


def test_is_russian_tells_them_apart():
    assert is_russian(
        "Это не JPEG, PNG или WebP: Token <key>, Accept: application/json"
    )
    assert not is_russian("Not found.")
    assert not is_russian("Слишком много запросов. Expected available in 5 seconds.")


def messages_of(answer: Any) -> list[str]:
    """Every text for people in an error's body."""
    if isinstance(answer, str):
        return [answer]
    if isinstance(answer, Mapping):
        if "detail" in answer:
            assert set(answer) == {"detail", "code"}
            return [answer["detail"]]
        answer = answer.values()
    return [text for part in answer for text in messages_of(part)]


# --- answers of the API -----------------------------------------------------------

SIGN_UP = "/api/user/sign-up/"
SIGN_IN = "/api/user/sign-in/"
CREATE = "/api/clients/create"
LIST = "/api/clients/"
ME = "/api/clients/me/"
SET_PASSWORD = "/api/clients/set_password/"

LONG = "x" * 5000
PROFILE = ("email", "password", "first_name", "last_name", "gender", "avatar")


def point(*coordinates: Any) -> dict[str, Any]:
    return {"type": "Point", "coordinates": list(coordinates)}


# Name → method, path, and what else the request has.
ANYBODY: dict[str, tuple[str, str, dict[str, Any]]] = {
    "no token": ("get", LIST, {}),
    "empty token": ("get", LIST, {"HTTP_AUTHORIZATION": "Token"}),
    "token in parts": ("get", LIST, {"HTTP_AUTHORIZATION": "Token a b"}),
    "token not ASCII": ("get", LIST, {"HTTP_AUTHORIZATION": "Token \xff"}),
    "unknown token": ("get", LIST, {"HTTP_AUTHORIZATION": "Token a"}),
    "empty bearer": ("get", LIST, {"HTTP_AUTHORIZATION": "Bearer"}),
    "bearer in parts": ("get", LIST, {"HTTP_AUTHORIZATION": "Bearer a b"}),
    "forged bearer": ("get", LIST, {"HTTP_AUTHORIZATION": "Bearer a.b.c"}),
    "profile missing": ("post", CREATE, {"data": {}}),
    "profile missing in a form": (
        "post",
        CREATE,
        {"data": {"gender": "x"}, "format": "multipart"},
    ),
    "profile null": ("post", CREATE, {"data": dict.fromkeys(PROFILE)}),
    "profile blank": ("post", CREATE, {"data": dict.fromkeys(PROFILE, "")}),
    "profile of wrong types": (
        "post",
        CREATE,
        {"data": {name: [] for name in (*PROFILE, "longitude", "latitude")}},
    ),
    "profile too long": ("post", CREATE, {"data": dict.fromkeys(PROFILE, LONG)}),
    "characters forbidden": ("post", CREATE, {"data": {"first_name": "a\0b"}}),
    "body no object": ("post", SIGN_UP, {"data": [1]}),
    "e-mail invalid": ("post", SIGN_UP, {"data": {"email": "a@b"}}),
    "password short, common, of digits": (
        "post",
        SIGN_UP,
        {"data": {"email": "a@example.com", "password": "123456"}},
    ),
    **{
        f"password like {field}": (
            "post",
            CREATE,
            {"data": {field: f"{value}", "password": value}},
        )
        for field, value in {
            "email": "konstantin@example.com",
            "first_name": "Konstantin",
            "last_name": "Konstantinov",
        }.items()
    },
    "phone impossible": ("post", SIGN_UP, {"data": {"telephone": "12"}}),
    "location no point": ("post", SIGN_UP, {"data": {"location": "here"}}),
    "location out of range": ("post", SIGN_UP, {"data": {"location": point(181, 0)}}),
    "location twice": (
        "post",
        SIGN_UP,
        {"data": {"location": point(0, 0), "longitude": 0, "latitude": 0}},
    ),
    "longitude alone": ("post", SIGN_UP, {"data": {"longitude": 0}}),
    "longitude of a word": ("post", SIGN_UP, {"data": {"longitude": "x"}}),
    "longitude huge": ("post", SIGN_UP, {"data": {"longitude": 10**400}}),
    "degrees out of range": (
        "post",
        SIGN_UP,
        {"data": {"longitude": 181, "latitude": -91}},
    ),
    "sign-in missing": ("post", SIGN_IN, {"data": {}}),
    "sign-in wrong": (
        "post",
        SIGN_IN,
        {"data": {"email": "nobody@example.com", "password": "x"}},
    ),
    "token sign-in missing": ("post", "/api/auth/token/login/", {"data": {}}),
    "token sign-in wrong": (
        "post",
        "/api/auth/token/login/",
        {"data": {"email": "nobody@example.com", "password": "x"}},
    ),
    "refresh missing": ("post", "/api/user/refresh/", {"data": {}}),
    "refresh dead": ("post", "/api/user/refresh/", {"data": {"refresh": "a.b.c"}}),
    "no JSON": ("post", SIGN_IN, {"data": "{", "content_type": "application/json"}),
    "no form": ("post", CREATE, {"data": "x", "content_type": "multipart/form-data"}),
    "unread type": ("post", SIGN_IN, {"data": "x", "content_type": "text/plain"}),
    "body too large": ("post", SIGN_IN, {"data": {"email": "x" * 2_000_000}}),
    "other method": ("put", SIGN_IN, {"data": {}}),
    "unknown path": ("get", "/api/nothing", {}),
    "unknown picture": ("get", f"/media/avatars/{'0' * 32}.jpg", {}),
    "unknown host": ("get", LIST, {"HTTP_HOST": "elsewhere.example"}),
    "unknown format": ("post", CREATE + "?format=xml", {"data": {}}),
}

MEMBER: dict[str, tuple[str, str, dict[str, Any]]] = {
    "unknown member": ("get", LIST + "0/", {}),
    "staff only": ("delete", LIST + "1/", {}),
    "wrong method": ("post", ME, {"data": {}}),
    **{
        f"{name}={value[:30]}": ("get", LIST, {"data": {name: value}})
        for name, value in [
            ("gender", "other"),
            ("distance", "0"),
            ("distance", "20001"),
            ("distance", "nan"),
            ("distance", "ten"),
            ("distance", "1"),  # the caller has no location
            ("first_name", "a\0b"),
            ("first_name", LONG),
            ("liked", "yes"),
            ("in_bbox", "1,2,3"),
            ("in_bbox", "a\0b"),
            ("page_size", "0"),
            ("page_size", "101"),
            ("page_size", "1.5"),
            ("page_size", "many"),
            ("page_size", "9" * 400),
            ("cursor", "nonsense"),
            ("format", "xml"),
        ]
    },
    "parameter twice": ("get", LIST + "?liked=true&liked=true", {}),
    "changes null": (
        "patch",
        ME,
        {"data": dict.fromkeys(("first_name", "last_name", "gender", "language"))},
    ),
    "changes wrong": (
        "patch",
        ME,
        {"data": {"first_name": "", "last_name": {}, "gender": 5, "language": "de"}},
    ),
    "password wrong": (
        "post",
        SET_PASSWORD,
        {"data": {"current_password": "x", "new_password": "1"}},
    ),
    "password missing": ("post", SET_PASSWORD, {"data": {}}),
}

PICTURES: dict[str, Callable[[], Any]] = {
    "empty": lambda: upload(b""),
    "no picture": lambda: upload(b"hello"),
    "damaged": lambda: upload(picture_bytes(size=(300, 300))[:-200]),
    "too many bytes": lambda: upload(b"x" * 6_000_000),
    "too many pixels": lambda: upload(picture_bytes("PNG", (7000, 6000), "L", 0)),
    "text": lambda: "not a file",
}

# Accept-Language → whether it asks for Russian.
LANGUAGES = {"ru": True, "": False, "de": False}


@pytest.fixture(params=LANGUAGES, ids=lambda header: header or "none")
def language(request: pytest.FixtureRequest) -> str:
    return request.param


def send(
    client: APIClient, case: tuple[str, str, dict[str, Any]], language: str
) -> Any:
    method, path, extra = case
    header = {"HTTP_ACCEPT_LANGUAGE": language} if language else {}
    return getattr(client, method)(path, **extra, **header)


def check(response: Any, language: str) -> None:
    """An error, all of whose messages are in the language that `language` asks for."""
    assert response.status_code >= 400, response.content
    assert response.headers["Content-Type"].startswith("application/json")
    texts = messages_of(response.json())
    assert texts
    for text in texts:
        if LANGUAGES[language]:
            assert is_russian(text), text
        else:
            assert not re.search("[а-яё]", text, re.IGNORECASE), text


@pytest.mark.parametrize("name", ANYBODY)
def test_anybody_is_answered_in_the_language_asked_for(api, db, name, language):
    check(send(api, ANYBODY[name], language), language)


@pytest.mark.parametrize("name", MEMBER)
def test_members_are_answered_in_the_language_asked_for(signed_in, db, name, language):
    client = signed_in(MemberFactory())

    check(send(client, MEMBER[name], language), language)


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_are_refused_in_the_language_asked_for(as_ann, name, language):
    case = ("patch", ME, {"data": {"avatar": PICTURES[name]()}, "format": "multipart"})

    response = send(as_ann, case, language)

    assert list(response.json()) == ["avatar"]
    check(response, language)


def test_taken_email_is_told_in_the_language_asked_for(api, language, db):
    MemberFactory(email="a@example.com")
    data = {"email": "A@example.com", "password": PASSWORD}

    response = send(api, ("post", SIGN_UP, {"data": data}), language)

    assert set(response.json()) == {"email"}
    check(response, language)


def test_dead_tokens_are_told_in_the_language_asked_for(api, ann, language):
    pair = services.issue_tokens(ann)
    services.sign_out_everywhere(ann)

    access = {"HTTP_AUTHORIZATION": f"Bearer {pair['access']}"}
    check(send(api, ("get", LIST, access), language), language)
    refresh = {"data": {"refresh": pair["refresh"]}}
    check(send(api, ("post", "/api/user/refresh/", refresh), language), language)


def test_missing_csrf_token_is_told_in_the_language_asked_for(ann, language):
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(ann)

    response = send(browser, ("delete", ME, {}), language)

    assert response.status_code == HTTPStatus.FORBIDDEN
    assert response.json()["code"] == "csrf_failed"
    check(response, language)


def test_failures_are_told_in_the_language_asked_for(api, db, language, monkeypatch):
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(services, "authenticated", fail)
    api.raise_request_exception = False
    data = {"email": "a@example.com", "password": "x"}

    response = send(api, ("post", SIGN_IN, {"data": data}), language)

    assert response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    check(response, language)


@pytest.mark.parametrize("seconds", [1, 2, 5, 21, 60])
def test_throttling_is_told_in_russian(seconds):
    with translation.override("ru"):
        text = str(Throttled(wait=seconds).detail)

    assert is_russian(text)
    assert f"через {seconds} с" in text


# --- texts that no request above calls forth --------------------------------------


def is_ours(cls: type) -> bool:
    return cls.__module__.partition(".")[0] in {package.name for package in PACKAGES}


def subclasses(cls: type) -> Iterator[type]:
    for sub in cls.__subclasses__():
        yield sub
        yield from subclasses(sub)


def fields_of(field: serializers.Field) -> Iterator[serializers.Field]:
    yield field
    children = [*getattr(field, "fields", {}).values(), getattr(field, "child", None)]
    for child in filter(None, children):
        yield from fields_of(child)


def english_of(field: Any) -> set[str]:
    messages = [*field.error_messages.values()]
    messages += [getattr(validator, "message", "") for validator in field.validators]
    texts = {str(message) for message in messages}
    return {text for text in texts if text and not is_russian(text)}


def test_every_message_of_a_serializer_is_russian():
    english: set[str] = set()
    with translation.override("ru"):
        for cls in filter(is_ours, subclasses(serializers.Serializer)):
            for field in fields_of(cls()):
                english |= english_of(field)

    assert english == set()


def test_every_message_of_a_filter_is_russian():
    english: set[str] = set()
    with translation.override("ru"):
        for cls in filter(is_ours, subclasses(CompiledFilterSet)):
            for declared in cls.base_filters.values():
                english |= english_of(declared.field)

    assert english == set()


# --- the schema -------------------------------------------------------------------


def described(node: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The texts for people in a schema, with where they are."""
    children = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in children:
        if key in ("description", "summary") and isinstance(value, str):
            yield f"{path}/{key}", value
        elif isinstance(value, dict | list):
            yield from described(value, f"{path}/{key}")


def test_schema_comes_in_the_language_asked_for(api, language):
    response = send(api, ("get", "/swagger.json", {}), language)

    texts = {where: text for where, text in described(response.json()) if text}
    assert len(texts) > 50
    if LANGUAGES[language]:
        assert {w: t for w, t in texts.items() if not is_russian(t)} == {}
    else:
        assert {w: t for w, t in texts.items() if re.search("[А-Яа-яё]", t)} == {}


# --- the admin --------------------------------------------------------------------


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
def office(db, settings) -> Client:
    """A browser of staff that prefers Russian."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {
            "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        },
    }
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
