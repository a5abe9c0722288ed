"""What keeps the house in order."""

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.core.files.storage import InMemoryStorage
from django.core.management import call_command
from django.db import connection
from django.urls import get_resolver, resolve
from rest_framework.permissions import AllowAny

from matchmaker import checks
from project.lib.api.rates import variable
from project.settings import THROTTLE_RATES

ROOT = Path(__file__).parent.parent

# Everything else needs a signed-in member.
OPEN = {
    "token-login", "sign-up", "sign-in", "refresh", "docs", "docs-v1", "redoc",
    "swagger-json", "health-live", "health-ready", "media", "home", "feed",
    "phone-sign-up", "phone-sign-in", "request-code", "auth-code",
    "v1-sign-up", "v1-sign-in", "v1-refresh",
    "chat-demo", "discover-page", "reset", "ogc-landing", "ogc-conformance", "ogc-api",
    "ogc-functions",
    "reset-password", "reset-password-confirm", "verify-email-confirm",
}  # fmt: skip
OPEN_METHODS = {("members", "post"), ("member-create", "post")}


# Of paths in which a 1 cannot stand for what varies.
EXAMPLES = {
    "tile": "/api/tiles/events/0/0/0.pbf",
    "tile-json": "/api/tiles/events.json",
    "feed": f"/api/events/calendar/{'a' * 32}.ics",
    "media": f"/media/avatars/{'a' * 32}.jpg",
}


def paths(resolver, prefix="/"):
    """Of each pattern outside the admin: its path, with 1 for what varies, and it."""
    for pattern in resolver.url_patterns:
        text = re.sub(r"\(\?P<\w+>.*?\)", "1", str(pattern.pattern).strip("^$?"))
        path = prefix + text.replace("\\.", ".")
        if hasattr(pattern, "url_patterns"):
            yield from paths(pattern, path)
        elif "admin" not in path:
            path = EXAMPLES.get(pattern.name, path)
            yield pytest.param(path, pattern, id=pattern.name)


@pytest.mark.parametrize(("path", "pattern"), [*paths(get_resolver())])
def test_every_endpoint_is_closed_unless_named_here(api, db, path, pattern):
    assert resolve(path).url_name == pattern.name
    view = getattr(pattern.callback, "cls", None)
    methods = getattr(pattern.callback, "actions", None) or {"get": "", "post": ""}

    for method in [*methods]:
        response = getattr(api, method)(path, {})
        if pattern.name in OPEN or (pattern.name, method) in OPEN_METHODS:
            assert response.status_code not in (401, 403), path
        elif response.status_code != 405:
            assert response.status_code == 401, (path, method)
    if view is not None and pattern.name not in OPEN:
        assert AllowAny not in view.permission_classes


def test_no_migration_is_missing(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


MIGRATE = """
import django
django.setup()
from django.core.management import call_command
for app in ([], ["authtoken", "zero"], ["admin", "zero"],
            ["matchmaker", "zero"], []):
    call_command("migrate", *app, verbosity=0)
"""


def test_migrations_go_back_and_forth(django_db_blocker, django_db_setup):
    # In a database of its own: PostGIS comes back with other numbers than the
    # connections to it remember, and a live server may have some.
    name = f"migrations_{uuid4().hex}"
    at = connection.settings_dict
    server = f"{quote(at['USER'])}:{quote(at['PASSWORD'])}@{at['HOST']}:{at['PORT']}"
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        try:
            subprocess.run(
                [sys.executable, "-c", MIGRATE],
                cwd=ROOT,
                env=os.environ
                | {
                    "DATABASE_URL": f"postgis://{server}/{name}",
                    "DJANGO_SETTINGS_MODULE": "project.settings",
                },
                check=True,
            )
        finally:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def tracked(pattern: str) -> list[str]:
    """Paths of the files that git knows, from the root."""
    command = ["git", "ls-files", pattern]
    listed = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True
    )
    return listed.stdout.split()


def test_no_file_outgrows_its_reason():
    files = tracked("*.py")
    lengths = {
        name: len((ROOT / name).read_text().splitlines())
        for name in files
        # Settings are one flat list, easier to search than to find.
        if name != "project/settings.py"
        and "/migrations/" not in name
        and not name.startswith("tests/")
    }

    assert {n: length for n, length in lengths.items() if length > 250} == {}


def start(changes: dict[str, str | None]) -> "subprocess.CompletedProcess[str]":
    environment = {
        "SECRET_KEY": "x" * 50,
        "DATABASE_URL": "postgis://nobody@127.0.0.1:1/nothing",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "PATH": "/usr/bin:/bin",
    } | changes
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={name: value for name, value in environment.items() if value is not None},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "REDIS_URL"])
def test_missing_setting_stops_the_start_and_is_named(name):
    result = start({name: None})

    assert result.returncode != 0
    assert f"Set the {name} environment variable" in result.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [("THROTTLE_LIKE", "many/day"), ("THROTTLE_ADDRESS_FACTOR", "0"),
     ("TRUSTED_PROXIES", "10.0.0.0/8,nginx")],
)  # fmt: skip
def test_nonsense_in_a_setting_stops_the_start_and_is_named(name, value):
    result = start({name: value})

    assert result.returncode != 0
    assert (
        f"ImproperlyConfigured: {name}: '{value.rpartition(',')[2]}'" in result.stderr
    )


def test_storage_with_signed_urls_is_refused(monkeypatch):
    class Signed(InMemoryStorage):
        def url(self, name: str | None) -> str:
            return f"https://example.com/{name}?signature=1"

    assert checks.media_urls_are_a_prefix() == []
    monkeypatch.setattr(checks, "default_storage", Signed())

    assert [e.id for e in checks.media_urls_are_a_prefix()] == ["matchmaker.E001"]


def test_readme_names_every_setting():
    settings = (ROOT / "project/settings.py").read_text()
    names = set(re.findall(r'env(?:\.\w+)?\(\s*"(\w+)"', settings))
    names |= {variable(scope) for scope in THROTTLE_RATES}

    readme = (ROOT / "project/README.md").read_text()

    assert names
    assert {name for name in names if f"`{name}`" not in readme} == set()


def test_how_long_a_part_is_waited_for_is_a_setting():
    """What a part is waited for is a number that operators can set."""
    waits = re.compile(
        r"^\w*(?:TIMEOUT|KEEPALIVE_AFTER|GRACE)\w* = [\d.]+$"
        r"|\btimeout(?:_s)?=[\d.]+",
        re.M,
    )
    code = [
        path
        for folder in ("chat", "events", "matchmaker", "project", "referrals")
        for path in (ROOT / folder).rglob("*.py")
        if "migrations" not in path.parts
    ]

    assert code
    found = {p.relative_to(ROOT): waits.findall(p.read_text()) for p in code}
    found.pop(Path("project/settings.py"))
    assert {path: names for path, names in found.items() if names} == {}


def test_lock_names_no_host_and_hashes_everything():
    for lock in (ROOT / "compose/requirements").glob("*.txt"):
        text = lock.read_text()
        pins = re.findall(r"^[\w.-]+==", text, re.M)
        assert "://" not in text
        assert len(pins) > 40
        assert text.count("--hash=sha256:") >= len(pins)


READMES = [ROOT / name for name in tracked("*README.md")]


def anchors(page: Path) -> set[str]:
    """What a link to a page may point at: headings, as GitHub names them, and marks."""
    text = page.read_text()
    titles = re.findall(r"^#+ (.+)$", text, re.M)
    named = {re.sub(r"[^\w -]", "", t.lower()).replace(" ", "-") for t in titles}
    return named | {*re.findall(r'<a id="([\w-]+)">', text)}


@pytest.mark.parametrize("page", READMES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_of_readmes_lead_somewhere(page):
    targets = re.findall(r"\]\(([^)]+)\)", page.read_text())

    for target in targets:
        path, _hash, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), target
        assert not anchor or anchor in anchors(linked), target


def test_every_folder_has_a_readme_and_the_root_is_short():
    assert {str(page.parent.relative_to(ROOT)) for page in READMES} >= {
        ".", "matchmaker", "events", "referrals", "chat", "project", "compose", "tests"
    }  # fmt: skip
    text = (ROOT / "README.md").read_text()
    assert len(text.splitlines()) <= 200
    assert len(text.split()) <= 1800
