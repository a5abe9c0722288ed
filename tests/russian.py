"""What counts as Russian, and which classes are ours."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = sorted(
    p.parent for p in ROOT.glob("*/__init__.py") if p.parent.name != "tests"
)

ENGLISH = re.compile(r"[A-Za-z][a-z']+ [A-Za-z][a-z']+")


def is_russian(text: str) -> bool:
    """Cyrillic, with names and codes in between but no two English words in a row."""
    return bool(re.search("[а-яё]", text, re.IGNORECASE)) and not ENGLISH.search(text)


def is_ours(cls: type) -> bool:
    return cls.__module__.partition(".")[0] in {package.name for package in PACKAGES}
