"""README.md of this folder and its tests say the same, in the same order.

The reasons of what is kept otherwise stand in project/README.md.
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent.parent
TEXT = (FOLDER / "README.md").read_text()
REASONS = (ROOT / "project/README.md").read_text()
MODULES = [p.stem for p in FOLDER.glob("test_*.py") if p.stem != Path(__file__).stem]
PROMISES_MIN = 144  # as many as a reading of the documents found at first


@dataclass(frozen=True)
class Row:
    """One promise. `tests` are of the section's module, `others` are paths."""

    promise: str
    where: str
    tests: list[str]
    others: list[str]
    differs: set[str]


def rows(module: str) -> list[Row]:
    """The table of the section that names this module."""
    sections = re.split(r"^## .+\n", TEXT, flags=re.M)
    (section,) = [s for s in sections if f"[`{module}.py`]" in s]
    found = re.findall(r"^\| (.+) \| (.*) \| (.*) \| (.*) \|$", section, re.M)
    head, *cells = found
    assert head == ("promise", "where", "test", "differs")
    return [
        Row(
            promise,
            where,
            re.findall(r"`(test_\w+)`", tests),
            re.findall(r"`(tests/[^`]+)`", tests),
            {*re.findall(r"\[[\w-]+\]\([\w./]+#([\w-]+)\)", differs)},
        )
        for promise, where, tests, differs in cells
    ]


def marks(module: str) -> dict[str, set[str]]:
    """The tests of a module in its order, each with the differences it is marked by."""
    tree = ast.parse((FOLDER / f"{module}.py").read_text())
    return {
        node.name: {
            decorator.args[0].value
            for decorator in node.decorator_list
            if isinstance(decorator, ast.Call)
            and ast.unparse(decorator.func) == "difference"
        }
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def differences() -> set[str]:
    """What the table of differences has rows for."""
    keys = re.findall(
        r'^\| <a id="([\w-]+)"></a>([\w-]+) \| .+ \| .+ \| .+ \|$', REASONS, re.M
    )
    assert all(anchor == shown for anchor, shown in keys)
    assert len(keys) == len({*keys})
    return {anchor for anchor, _shown in keys}


def test_every_document_has_a_section():
    named = re.findall(r"\[`(test_\w+)\.py`\]\(test_", TEXT)

    assert sorted(named) == sorted(MODULES)
    assert sum(len(rows(module)) for module in MODULES) >= PROMISES_MIN


@pytest.mark.parametrize("module", MODULES)
def test_every_test_is_in_its_table_in_its_order(module):
    named = [test for row in rows(module) for test in row.tests]

    assert {*named} == marks(module).keys()
    # A later row may name an earlier test again.
    assert [*dict.fromkeys(named)] == [*marks(module)]


@pytest.mark.parametrize("module", MODULES)
def test_every_promise_is_shown_somewhere(module):
    table = rows(module)

    assert len({row.promise for row in table}) == len(table)
    for row in table:
        assert row.tests or row.others or row.where or row.differs, row.promise


@pytest.mark.parametrize("module", MODULES)
def test_tests_elsewhere_and_files_are_there(module):
    for row in rows(module):
        for other in row.others:
            path, _colons, name = other.partition("::")
            assert (ROOT / path).is_file(), other
            text = (ROOT / path).read_text()
            assert not name or f"def {name}(" in text, other
        for path in re.findall(r"`(\w[\w./]*(?:\.py|\.toml|\.yml|/))`", row.where):
            assert (ROOT / path).exists(), path


@pytest.mark.parametrize("module", MODULES)
def test_every_mark_is_a_difference_of_its_row(module):
    marked = marks(module)
    of_tests: dict[str, set[str]] = {test: set() for test in marked}
    for row in rows(module):
        for test in row.tests:
            of_tests[test] |= row.differs

    assert of_tests == marked


def test_every_difference_has_a_reason_and_a_promise():
    linked = {key for module in MODULES for row in rows(module) for key in row.differs}

    assert linked == differences()
