"""Clean JSON of strangers, so that a jsonb column and our answers can hold it."""

import json
import math
from typing import Any

DEPTH_MAX = 10
INTEGER_MAX = 2**63 - 1


def read(text: bytes) -> Any:
    """Parse the JSON and drop what PostgreSQL or JSON cannot hold: see `_clean`.

    Raises ValueError for invalid JSON.
    """
    try:
        return _clean(json.loads(text), DEPTH_MAX)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _clean(value: Any, depth: int) -> Any:
    """Drop NULs, replace lone surrogates; None for NaN and for too deep nesting."""
    match value:
        case str():
            text = value.replace("\0", "")
            return text.encode("utf-8", "replace").decode()
        case bool() | None:
            return value
        case int():
            return value if abs(value) <= INTEGER_MAX else None
        case float():
            return value if math.isfinite(value) else None
        case _ if not depth:
            return None
        case list():
            return [_clean(item, depth - 1) for item in value]
        case _:
            return {
                _clean(key, depth): _clean(item, depth - 1)
                for key, item in value.items()
            }
