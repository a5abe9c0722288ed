"""The catalogue of translations has every text of the code, and no other."""

import ast
import re
from collections.abc import Iterator
from typing import Any

import polib
import pytest

from tests.russian import PACKAGES, ROOT, is_russian

CATALOGUE = ROOT / "project/locale/ru/LC_MESSAGES/django"

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


def test_is_russian_tells_them_apart():
    assert is_russian(
        "Это не JPEG, PNG или WebP: Token <key>, Accept: application/json"
    )
    assert not is_russian("Not found.")
    assert not is_russian("Слишком много запросов. Expected available in 5 seconds.")
