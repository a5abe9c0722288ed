"""The Postman collection: all of the API is in it, checked, and no secret is."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.urls import URLResolver, get_resolver, resolve
from drf_yasg.codecs import OpenAPICodecJson

from project.schema import INFO, Generator

FOLDER = Path(__file__).parent / "postman"
TEXT = (FOLDER / "matchmaker.postman_collection.json").read_text()
COLLECTION = json.loads(TEXT)
ENVIRONMENT = json.loads((FOLDER / "matchmaker.postman_environment.json").read_text())
# Given by hand, or not at all.
GIVEN = {"staff_token"}
NO_PATH = "/api/nothing/"


def items(parent: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in parent["item"]:
        yield from items(item) if "item" in item else [item]


ITEMS = [*items(COLLECTION)]


def script(item: dict[str, Any], listen: str) -> str:
    events = [e for e in item.get("event", []) if e["listen"] == listen]
    return "\n".join(line for event in events for line in event["script"]["exec"])


def asked() -> set[tuple[str, str]]:
    """Method and route of every request but those to whole addresses."""
    urls = [(i["request"]["method"], i["request"]["url"]) for i in ITEMS]
    paths = [(m, "/" + "/".join(u["path"])) for m, u in urls if isinstance(u, dict)]
    return {(method, route(path)) for method, path in paths if path != NO_PATH}


def route(path: str) -> str:
    """The name of the route, whatever stands for its parameters."""
    path = re.sub(r"{{?\w*secret}?}", "x" * 32, path)
    return resolve(re.sub(r"{{?\w+}?}", "1", path)).view_name


def operations() -> set[tuple[str, str]]:
    schema = Generator(INFO).get_schema(public=True)
    paths = json.loads(OpenAPICodecJson([]).encode(schema))["paths"]
    return {
        (method.upper(), route(path))
        for path, methods in paths.items()
        for method in methods
        if method != "parameters"
    }


def test_collection_is_written_as_postman_exports_it():
    """So that a change made in Postman is a small one here."""
    assert json.dumps(COLLECTION, indent="\t", ensure_ascii=False) + "\n" == TEXT


def test_every_operation_of_the_schema_is_asked():
    assert operations() - asked() == set()


def routes(resolver: URLResolver) -> Iterator[str]:
    """Names outside the admin."""
    for pattern in resolver.url_patterns:
        if not isinstance(pattern, URLResolver):
            yield pattern.name
        elif pattern.app_name != "admin":
            yield from routes(pattern)


def test_every_route_is_asked():
    names = {name.split(":")[-1] for _method, name in asked()}

    # Pictures are asked for by the addresses that answers give; the others are pages.
    others = {"media", "own-password", "admin_password_reset", "discover-page"}
    assert {*routes(get_resolver())} - names == others
    assert {
        item["request"]["url"]
        for item in ITEMS
        if isinstance(item["request"]["url"], str)
    } == {"{{ann_avatar}}", "{{event_image}}"}


def test_every_request_is_described_and_checked():
    status = r"pm\.test\(.*pm\.response\.to\.have\.status\(\d{3}\)"
    is_right = {
        item["name"]: bool(item["request"]["description"])
        and bool(re.search(status, script(item, "test")))
        for item in ITEMS
    }

    assert len(ITEMS) > 150
    assert [name for name, right in is_right.items() if not right] == []


def test_names_in_a_folder_are_different():
    def names(parent: dict[str, Any]) -> Iterator[list[str]]:
        yield [item["name"] for item in parent["item"]]
        for item in parent["item"]:
            if "item" in item:
                yield from names(item)

    for folder in names(COLLECTION):
        assert len(folder) == len(set(folder)), folder


def test_variables_are_defined_empty_and_set_before_they_are_used():
    known = {variable["key"] for variable in COLLECTION["variable"]}
    is_set = {variable["key"] for variable in ENVIRONMENT["values"]} | GIVEN | {"tries"}
    sets = r'pm\.collectionVariables\.set\("(\w+)"'
    uses = r'{{(\w+)}}|(?<![.\w])get\("(\w+)"\)'

    def used(text: str) -> set[str]:
        return {first or second for first, second in re.findall(uses, text)}

    for item in ITEMS:
        before, after = script(item, "prerequest"), script(item, "test")
        is_set |= {*re.findall(sets, before)}
        text = before + json.dumps(item["request"]) + after
        assert used(text) <= is_set, item["name"]
        is_set |= {*re.findall(sets, after)}

    assert is_set - {"base_url"} == known
    assert {variable["value"] for variable in COLLECTION["variable"]} == {""}


def test_environment_is_an_address_and_nothing_else():
    values = {value["key"]: value["value"] for value in ENVIRONMENT["values"]}

    assert values == {"base_url": "http://127.0.0.1:8000"}


def test_nothing_in_it_is_secret_or_anybodys():
    hosts = set(re.findall(r"[\w.+}-]@([\w.-]+)", TEXT))

    assert hosts == {"example.com"}
    assert not re.search(r"eyJ[\w-]{10}", TEXT)  # a JWT
    assert not re.search(r"\b[0-9a-f]{32}|\b[0-9a-f]{40}\b", TEXT)  # keys
    assert not re.search(r"\+\d{5}", TEXT)  # a phone number
    # The latter names kinds of links, and nothing asks it.
    hosts = {"schema.getpostman.com", "www.opengis.net"}
    assert set(re.findall(r"https?://([\w.-]+)", TEXT)) == hosts
    # Passwords are variables, or those that must be refused.
    passwords = set(re.findall(r'_?password\\?": \\?"([^"\\]+)', TEXT))
    assert {p for p in passwords if not p.startswith("{{")} == {"123", "wrong"}


def test_files_of_forms_are_there():
    files = set(re.findall(r'"src": "([^"]+)"', TEXT))

    assert files == {"picture.jpg", "no_picture.png"}
    assert all((FOLDER / file).is_file() for file in files)
    assert b"Exif" in (FOLDER / "picture.jpg").read_bytes()
