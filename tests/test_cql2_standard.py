"""Our reader of CQL2 text beside another one, which is developmentseed's cql2."""

from typing import Any

import cql2
import pytest

from project.lib.ogc.cql2.text import read_text
from tests.test_cql2 import FOUND

# It takes a backslash for a character like others; the standard, for what escapes one.
ESCAPING = "\\"
# It wants each point of a MULTIPOINT in brackets of its own, as the standard does.
LENIENT = "MULTIPOINT(30"


def comparable(written: Any) -> Any:
    """The same with all numbers as floats, which that reader makes of them."""
    if isinstance(written, dict):
        return {
            name: each.lower() if name == "op" else comparable(each)
            for name, each in written.items()
        }
    if isinstance(written, list):
        return [comparable(each) for each in written]
    is_number = isinstance(written, int) and not isinstance(written, bool)
    return float(written) if is_number else written


@pytest.mark.parametrize(
    "text",
    [text for text, _found in FOUND if ESCAPING not in text and LENIENT not in text],
)
def test_another_reader_reads_the_same(text):
    assert comparable(read_text(text)) == comparable(cql2.parse_text(text).to_json())
