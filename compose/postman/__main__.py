"""Writes the collection: python -m compose.postman."""

import json
from pathlib import Path

from compose.postman.document import collection
from compose.postman.folders import EVERYTHING

PATH = Path(__file__).parent / "matchmaker.postman_collection.json"


def written() -> str:
    return json.dumps(collection(EVERYTHING), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(written())
